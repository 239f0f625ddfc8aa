//go:build tools

// Package engine pins the Pulumi engine, so that go.sum holds the checksum of every module it is built from.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
