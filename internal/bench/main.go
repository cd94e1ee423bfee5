// Bench measures whole runs of a real Terraform or OpenTofu: an `apply` and a later `plan` of one of our data sources.
// The floor is an `apply` that takes the same rows from terraform_remote_state, which is built into the engine and
// needs no provider. Bench reads each number of rows in three ways: everything, one property of each row, and one
// property of the failed rows. The service is the emulator, on a loopback address. Bench prints times, the CPU time and
// memory of the processes, and the size of the state. It asserts nothing.
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
	latency := flag.Duration("latency", 0, "how long the service takes for a page")
	gates := flag.Bool("gates", false, "measure gates with coc_run instead of lists")
	flag.Parse()
	run := func(ctx context.Context) error {
		if *gates {
			return benchGates(ctx, *terraform, *provider, *latency)
		}
		return bench(ctx, *terraform, *provider, strings.Split(*rows, ","), *latency)
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, terraform, provider string, numbers []string, latency time.Duration) error {
	info, err := os.Stat(provider)
	if err != nil {
		return err
	}
	start, err := startTime(ctx, provider)
	if err != nil {
		return err
	}
	fmt.Printf("The provider: %.1f MB, ready %d ms after its start.\n\n", float64(info.Size())/1e6, start.Milliseconds())
	fmt.Printf("%-35s %9s %9s %9s | %-29s | %s\n", "rows", "apply", "plan", "floor", "Terraform: CPU, memory, state",
		"provider: CPU, a row, memory")
	for _, number := range numbers {
		rows, err := strconv.Atoi(number)
		if err != nil {
			return err
		}
		if err := benchRows(ctx, terraform, provider, rows, latency); err != nil {
			return err
		}
	}
	return nil
}

// variants are the ways to read the rows, as variables of the configuration.
var variants = []struct {
	name string
	env  []string
}{
	{name: "all"},
	{name: "one property", env: []string{`TF_VAR_property_paths=["properties.host_name"]`}},
	{
		name: "one property of the failed",
		env:  []string{`TF_VAR_property_paths=["properties.host_name"]`, `TF_VAR_statuses=["Failed"]`},
	},
}

func benchRows(ctx context.Context, terraform, provider string, rows int, latency time.Duration) error {
	dir, err := os.MkdirTemp("", "terraform-provider-coc-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder
	emulator := coctest.New(keys, coctest.Rows(rows)...)
	emulator.Latency = latency
	server := httptest.NewServer(emulator)
	defer server.Close()
	mirror := filepath.Join(dir, "mirror")
	if err := engine.Install(provider, mirror); err != nil {
		return err
	}
	b := bencher{terraform, provider, mirror, rows}
	for i, variant := range variants {
		env := append([]string{
			"HW_ACCESS_KEY=" + keys.AccessKey, "HW_SECRET_KEY=" + keys.SecretKey, "COC_ENDPOINT=" + server.URL,
		}, variant.env...)
		if err := b.run(ctx, variant.name, filepath.Join(dir, strconv.Itoa(i)), env); err != nil {
			return err
		}
	}
	return nil
}

// bencher measures reads of a number of rows.
type bencher struct {
	terraform, provider, mirror string
	rows                        int
}

// run measures one way to read the rows, in a folder of its own, and prints a line about it.
func (b bencher) run(ctx context.Context, name, dir string, env []string) error {
	ours, err := engine.New(b.terraform, "internal/bench/provider", b.mirror, filepath.Join(dir, "ours"), env...)
	if err != nil {
		return err
	}
	took, err := best(ctx, ours)
	if err != nil {
		return err
	}
	planned := time.Now()
	if err := run(ctx, ours, "plan", "-input=false"); err != nil {
		return err
	}
	planTook := time.Since(planned)
	floor, err := engine.New(b.terraform, "internal/bench/floor", b.mirror, filepath.Join(dir, "floor"))
	if err != nil {
		return err
	}
	state, err := writeFloor(ours.Work, floor.Work)
	if err != nil {
		return err
	}
	floorTook, err := best(ctx, floor)
	if err != nil {
		return err
	}
	ofProvider, ofTerraform, err := b.measure(ctx, "internal/bench/provider", filepath.Join(dir, "measured"), env)
	if err != nil {
		return err
	}
	fmt.Printf("%6d, %-27s %7.2f s %7.2f s %7.2f s | %6.2f s %9s %8.2f MB | %7.3f s %5d µs %8s\n", b.rows, name,
		took.Seconds(), planTook.Seconds(), floorTook.Seconds(),
		ofTerraform.cpu.Seconds(), ofTerraform.memory, float64(state)/1e6,
		ofProvider.cpu.Seconds(), ofProvider.cpu.Microseconds()/int64(b.rows), ofProvider.memory)
	return nil
}

// best applies a configuration several times, each time without a state, and returns the shortest time.
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

// writeFloor copies the rows from the state in one folder to an output in the state that the other folder reads. It
// returns the size of the first state in bytes.
func writeFloor(from, to string) (size int, err error) {
	raw, err := os.ReadFile(filepath.Join(from, "terraform.tfstate")) //nolint:gosec // the path is ours
	if err != nil {
		return 0, err
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Attributes struct{ Data json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(raw, &state); err != nil || len(state.Resources) != 1 {
		return 0, fmt.Errorf("not one resource in the state: %w", err)
	}
	const row = `["object",{"id":"number","execution_instance_id":"string","execution_step_id":"string",` +
		`"start_time":"number","end_time":"number","status":"string","message":"string","properties":["map","string"]}]`
	floor := fmt.Sprintf(`{"version":4,"terraform_version":"1.5.7","serial":1,"lineage":"floor","resources":[],`+
		`"outputs":{"data":{"value":%s,"type":["list",%s]}}}`,
		state.Resources[0].Instances[0].Attributes.Data, row)
	return len(raw), os.WriteFile(filepath.Join(to, "floor.tfstate"), []byte(floor), 0o600)
}

// usage is the CPU time and the memory that a process took.
type usage struct {
	cpu time.Duration
	// memory is the largest resident set.
	memory string
}

// measure applies once with a provider that was started separately, and returns what its process and the engine's took.
func (b bencher) measure(
	ctx context.Context, configuration, dir string, env []string,
) (ofProvider, ofTerraform usage, err error) {
	cmd := exec.CommandContext(ctx, b.provider, "-debug") //nolint:gosec // the caller's binary
	cmd.Env = env
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return usage{}, usage{}, err
	}
	if err := cmd.Start(); err != nil {
		return usage{}, usage{}, err
	}
	defer cmd.Process.Kill() //nolint:errcheck // it has ended unless something failed
	reattach := ""
	for lines := bufio.NewScanner(stdout); reattach == "" && lines.Scan(); {
		if _, value, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='"); ok {
			reattach = strings.TrimSuffix(value, "'")
		}
	}
	if reattach == "" {
		return usage{}, usage{}, errors.New("the provider did not say how to attach to it")
	}
	env = append(env, "TF_REATTACH_PROVIDERS="+reattach)
	tf, err := engine.New(b.terraform, configuration, b.mirror, dir, env...)
	if err != nil {
		return usage{}, usage{}, err
	}
	if err := run(ctx, tf, "init", "-input=false"); err != nil {
		return usage{}, usage{}, err
	}
	if ofTerraform, err = measured(tf.Command(ctx, io.Discard, "apply", "-input=false", "-auto-approve")); err != nil {
		return usage{}, usage{}, err
	}
	ofProvider.memory = peakMemory(cmd.Process.Pid)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return usage{}, usage{}, err
	}
	_, _ = io.Copy(io.Discard, stdout)
	if err := cmd.Wait(); err != nil {
		return usage{}, usage{}, err
	}
	ofProvider.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return ofProvider, ofTerraform, nil
}

// measured runs a command, and returns what its process took.
func measured(cmd *exec.Cmd) (usage, error) {
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	memory := ""
	for {
		select {
		case err := <-done:
			return usage{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: memory}, err
		case <-time.After(10 * time.Millisecond):
			// The system forgets the peak when the process ends.
			if now := peakMemory(cmd.Process.Pid); now != unknown {
				memory = now
			}
		}
	}
}

// unknown stands for a figure that the system does not report.
const unknown = "unknown"

// peakMemory returns a process's largest resident set so far, if the system reports it. (What wait4 reports begins with
// the parent's.)
func peakMemory(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return unknown
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return unknown
	}
	return fmt.Sprintf("%d MiB", kib/1024)
}

// startTime returns the time from the provider's start to the line that says how an engine connects.
func startTime(ctx context.Context, provider string) (time.Duration, error) {
	shortest := time.Hour
	for range 10 {
		cmd := exec.CommandContext(ctx, provider)
		// This cookie tells a Terraform provider that an engine started it.
		cmd.Env = []string{
			"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
			"PLUGIN_PROTOCOL_VERSIONS=6",
		}
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
			return 0, fmt.Errorf("the provider printed nothing: %w", err)
		}
		shortest = min(shortest, took)
	}
	return shortest, nil
}
