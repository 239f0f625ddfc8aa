/** The Pulumi program: builds the one layer that the stack's name says. */
import { program } from "./stacks/program";

export = program;
