package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// engine is a Terraform or OpenTofu at work on a copy of a configuration. It sees what it is given, nothing of the machine.
type engine struct {
	binary string
	work   string
	env    []string
}

// newEngine copies a configuration into dir, for an engine that installs providers from the mirror only.
func newEngine(binary, configuration, mirror, dir string, env ...string) (*engine, error) {
	work := filepath.Join(dir, "work")
	if err := os.CopyFS(work, os.DirFS(configuration)); err != nil {
		return nil, err
	}
	rc := filepath.Join(dir, "terraform.rc")
	settings := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror))
	if err := os.WriteFile(rc, []byte(settings), 0o600); err != nil {
		return nil, err
	}
	return &engine{binary: binary, work: work, env: append(env,
		"TF_CLI_CONFIG_FILE="+rc, "CHECKPOINT_DISABLE=1",
		"HOME="+dir, "PATH="+os.Getenv("PATH"), "TMPDIR="+os.Getenv("TMPDIR"),
		"HTTPS_PROXY="+os.Getenv("HTTPS_PROXY"), "NO_PROXY="+os.Getenv("NO_PROXY"),
	)}, nil
}

// run runs a command and waits for it. A terminal hands an interrupt to the command too, and a second one from here would
// make Terraform exit without cleaning up: so it gets some time first.
func (e *engine) run(ctx context.Context, out io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, e.binary, args...) //nolint:gosec // the caller's binary
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = e.work, e.env, out, out
	cmd.Cancel = func() error { return nil }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(e.binary), args[0], err)
	}
	return nil
}
