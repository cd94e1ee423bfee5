// Bench measures whole runs of a real Terraform or OpenTofu: `apply` of one data source, with our provider and, as the floor,
// with the same rows from terraform_remote_state, which is built into the engine and so costs no provider at all. The service
// is the emulator, on loopback and without latency. It prints times and what the provider's process took; it asserts nothing.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/engine"
)

const runs = 3 // of which the best counts

var keys = coctest.Keys{AccessKey: "BENCHACCESSKEY", SecretKey: "bench-secret-key"}

func main() {
	terraform := flag.String("terraform", "", "the terraform or tofu binary")
	provider := flag.String("provider", "", "the built provider")
	rows := flag.String("rows", "2,1000,10000", "numbers of rows to apply")
	flag.Parse()
	if err := bench(context.Background(), *terraform, *provider, strings.Split(*rows, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, terraform, provider string, numbers []string) error {
	info, err := os.Stat(provider)
	if err != nil {
		return err
	}
	start, err := startTime(ctx, provider)
	if err != nil {
		return err
	}
	fmt.Printf("The provider: %.1f MB, ready %d ms after its start.\n\n", float64(info.Size())/1e6, start.Milliseconds())
	fmt.Println("apply            provider      floor   ratio   provider CPU   a row     peak memory")
	for _, number := range numbers {
		rows, err := strconv.Atoi(number)
		if err != nil {
			return err
		}
		if err := benchRows(ctx, terraform, provider, rows); err != nil {
			return err
		}
	}
	return nil
}

func benchRows(ctx context.Context, terraform, provider string, rows int) error {
	dir, err := os.MkdirTemp("", "terraform-provider-coc-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder
	server := httptest.NewServer(coctest.New(keys, coctest.Rows(rows)...))
	defer server.Close()
	env := []string{"HW_ACCESS_KEY=" + keys.AccessKey, "HW_SECRET_KEY=" + keys.SecretKey, "COC_ENDPOINT=" + server.URL}

	mirror := filepath.Join(dir, "mirror")
	if err := engine.Install(provider, mirror); err != nil {
		return err
	}
	ours, err := engine.New(terraform, "internal/bench/provider", mirror, filepath.Join(dir, "ours"), env...)
	if err != nil {
		return err
	}
	took, err := best(ctx, ours)
	if err != nil {
		return err
	}
	floor, err := engine.New(terraform, "internal/bench/floor", mirror, filepath.Join(dir, "floor"))
	if err != nil {
		return err
	}
	if err := writeFloor(ours.Work, floor.Work); err != nil {
		return err
	}
	floorTook, err := best(ctx, floor)
	if err != nil {
		return err
	}
	cpu, memory, err := measure(ctx, terraform, provider, mirror, filepath.Join(dir, "measured"), env)
	if err != nil {
		return err
	}
	fmt.Printf("%6d rows   %7.2f s  %7.2f s   %5.2f   %9.3f s   %4d µs   %11s\n", rows, took.Seconds(), floorTook.Seconds(),
		took.Seconds()/floorTook.Seconds(), cpu.Seconds(), cpu.Microseconds()/int64(rows), memory)
	return nil
}

// best applies a configuration anew, several times, and returns the shortest time.
func best(ctx context.Context, tf *engine.Engine) (time.Duration, error) {
	if err := run(ctx, tf, "init", "-input=false"); err != nil {
		return 0, err
	}
	shortest := time.Hour
	for range runs {
		if err := os.RemoveAll(filepath.Join(tf.Work, "terraform.tfstate")); err != nil {
			return 0, err
		}
		started := time.Now()
		if err := run(ctx, tf, "apply", "-input=false", "-auto-approve"); err != nil {
			return 0, err
		}
		shortest = min(shortest, time.Since(started))
	}
	return shortest, nil
}

func run(ctx context.Context, tf *engine.Engine, args ...string) error {
	var out strings.Builder
	if err := tf.Run(ctx, &out, args...); err != nil {
		return fmt.Errorf("%w\n%s", err, out.String())
	}
	return nil
}

// writeFloor makes the rows in the state of one folder an output in the state that the other reads.
func writeFloor(from, to string) error {
	raw, err := os.ReadFile(filepath.Join(from, "terraform.tfstate")) //nolint:gosec // the path is ours
	if err != nil {
		return err
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Attributes struct{ Data json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(raw, &state); err != nil || len(state.Resources) != 1 {
		return fmt.Errorf("not one resource in the state: %w", err)
	}
	const row = `["object",{"id":"number","execution_instance_id":"string","execution_step_id":"string","start_time":"number",` +
		`"end_time":"number","status":"string","message":"string","properties":["map","string"]}]`
	floor := fmt.Sprintf(`{"version":4,"terraform_version":"1.5.7","serial":1,"lineage":"floor","resources":[],"outputs":{"data":{"value":%s,"type":["list",%s]}}}`,
		state.Resources[0].Instances[0].Attributes.Data, row)
	return os.WriteFile(filepath.Join(to, "floor.tfstate"), []byte(floor), 0o600)
}

// measure applies once with a provider that runs on its own, and returns what its process took.
func measure(ctx context.Context, terraform, provider, mirror, dir string, env []string) (cpu time.Duration, memory string, err error) {
	cmd := exec.CommandContext(ctx, provider, "-debug")
	cmd.Env = env
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, "", err
	}
	if err := cmd.Start(); err != nil {
		return 0, "", err
	}
	defer cmd.Process.Kill() //nolint:errcheck // it has ended unless something failed
	reattach := ""
	for lines := bufio.NewScanner(stdout); reattach == "" && lines.Scan(); {
		if _, value, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='"); ok {
			reattach = strings.TrimSuffix(value, "'")
		}
	}
	if reattach == "" {
		return 0, "", errors.New("the provider did not say how to attach to it")
	}
	tf, err := engine.New(terraform, "internal/bench/provider", mirror, dir, append(env, "TF_REATTACH_PROVIDERS="+reattach)...)
	if err != nil {
		return 0, "", err
	}
	for _, args := range [][]string{{"init", "-input=false"}, {"apply", "-input=false", "-auto-approve"}} {
		if err := run(ctx, tf, args...); err != nil {
			return 0, "", err
		}
	}
	memory = peakMemory(cmd.Process.Pid)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return 0, "", err
	}
	_, _ = io.Copy(io.Discard, stdout)
	if err := cmd.Wait(); err != nil {
		return 0, "", err
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory, nil
}

// peakMemory is a process's largest resident set so far, where the system tells. (What wait4 tells begins with the parent's.)
func peakMemory(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not told"
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return "not told"
	}
	return fmt.Sprintf("%d MiB", kib/1024)
}

// startTime is how long the provider takes from its start to the line by which an engine connects.
func startTime(ctx context.Context, provider string) (time.Duration, error) {
	shortest := time.Hour
	for range 10 {
		cmd := exec.CommandContext(ctx, provider)
		// The cookie by which every Terraform provider knows that an engine started it.
		cmd.Env = []string{"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6"}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		started := time.Now()
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		_, err = bufio.NewReader(stdout).ReadString('\n')
		took := time.Since(started)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if err != nil {
			return 0, fmt.Errorf("the provider said nothing: %w", err)
		}
		shortest = min(shortest, took)
	}
	return shortest, nil
}
