// Package engine runs a real Terraform or OpenTofu, for the demo, the benchmark and the test of a release.
package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Engine is a Terraform or OpenTofu at work on a copy of a configuration. It sees what it is given, and nothing else of
// the machine.
type Engine struct {
	// Work is the folder of the copy.
	Work string

	binary string
	env    []string
}

// New copies a configuration into dir, for an engine that installs providers from the mirror only.
func New(binary, configuration, mirror, dir string, env ...string) (*Engine, error) {
	work := filepath.Join(dir, "work")
	if err := os.CopyFS(work, os.DirFS(configuration)); err != nil {
		return nil, err
	}
	rc := filepath.Join(dir, "terraform.rc")
	settings := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(mirror))
	if err := os.WriteFile(rc, []byte(settings), 0o600); err != nil {
		return nil, err
	}
	return &Engine{Work: work, binary: binary, env: append(env,
		"TF_CLI_CONFIG_FILE="+rc, "CHECKPOINT_DISABLE=1",
		"HOME="+dir, "PATH="+os.Getenv("PATH"), "TMPDIR="+os.Getenv("TMPDIR"),
		"HTTPS_PROXY="+os.Getenv("HTTPS_PROXY"), "NO_PROXY="+os.Getenv("NO_PROXY"),
	)}, nil
}

// Command returns a command for the caller to start. A terminal also sends an interrupt to the command, and a second
// one from here would make Terraform exit without cleaning up. So the command gets some time to end by itself.
func (e *Engine) Command(ctx context.Context, out io.Writer, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, e.binary, args...) //nolint:gosec // the caller's binary
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = e.Work, e.env, out, out
	cmd.Cancel = func() error { return nil }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// Run runs a command and waits for it.
func (e *Engine) Run(ctx context.Context, out io.Writer, args ...string) error {
	if err := e.Command(ctx, out, args...).Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(e.binary), args[0], err)
	}
	return nil
}

// Install puts a built provider into a mirror. Each engine looks for cocops/coc there under its own registry.
func Install(provider, mirror string) error {
	binary, err := os.ReadFile(provider) //nolint:gosec // the path is ours
	if err != nil {
		return err
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		dir := filepath.Join(mirror, host, "cocops", "coc", "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return err
		}
		name := filepath.Join(dir, "terraform-provider-coc_v0.1.0")
		if err := os.WriteFile(name, binary, 0o700); err != nil { //nolint:gosec // it is to be run
			return err
		}
	}
	return nil
}
