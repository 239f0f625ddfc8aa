//go:build tools

// Package apiserver pins the Kubernetes API server and its store, so that go.sum holds the checksum of every module they are built from.
package apiserver

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
)
