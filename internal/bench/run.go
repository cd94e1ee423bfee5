package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/engine"
)

// hostsOfAJob is the largest number of instances that a job takes, according to the vendor's manual.
const hostsOfAJob = 999

// benchGates measures two gates with coc_run. The first judges as many hosts as a job takes, in three steps. In the
// second, many other tickets have names that contain the job's name. For comparison, benchGates also measures an engine
// with an empty configuration.
func benchGates(ctx context.Context, terraform, provider string, latency time.Duration) error {
	fmt.Printf("%-35s %9s | %-29s | %s\n", "gate", "apply", "Terraform: CPU, memory, state", "provider: CPU, memory")
	for _, gate := range []struct {
		name    string
		similar int // tickets whose name contains the job's name
	}{
		{name: "999 hosts in three steps"},
		{name: "the same, among 10,000 tickets", similar: 10_000},
	} {
		if err := benchGate(ctx, terraform, provider, gate.name, gateEmulator(gate.similar, latency)); err != nil {
			return err
		}
	}
	return benchEmpty(ctx, terraform)
}

// gateEmulator serves a run that has succeeded.
func gateEmulator(similar int, latency time.Duration) *coctest.Emulator {
	emulator := coctest.New(keys)
	emulator.Latency = latency
	var others []coctest.Execution
	for i := range similar {
		others = append(others, coctest.Execution{
			ExecutionID: fmt.Sprintf("EX%d", i), DocumentName: coctest.JobName + "-canary",
		})
	}
	emulator.AddExecution(others...)
	run := coctest.Executions(1)[0]
	run.Phases = []coctest.Phase{{Status: "Succeed"}}
	for i := range 3 {
		step := coctest.Step{ExecutionStepID: fmt.Sprintf("EXS%d", i), Name: fmt.Sprintf("step-%d", i), Phases: run.Phases}
		run.Steps = append(run.Steps, step)
		emulator.AddRows(coctest.HostsOf(step.ExecutionStepID, hostsOfAJob/3, "Succeed")...)
	}
	emulator.AddExecution(run)
	return emulator
}

func benchGate(ctx context.Context, terraform, provider, name string, emulator *coctest.Emulator) error {
	dir, err := os.MkdirTemp("", "terraform-provider-coc-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder
	server := httptest.NewServer(emulator)
	defer server.Close()
	mirror := filepath.Join(dir, "mirror")
	if err := engine.Install(provider, mirror); err != nil {
		return err
	}
	env := []string{
		"HW_ACCESS_KEY=" + keys.AccessKey, "HW_SECRET_KEY=" + keys.SecretKey, "COC_ENDPOINT=" + server.URL,
		fmt.Sprintf("TF_VAR_expected_instances=%d", hostsOfAJob),
	}
	const configuration = "internal/bench/gate"
	tf, err := engine.New(terraform, configuration, mirror, filepath.Join(dir, "ours"), env...)
	if err != nil {
		return err
	}
	took, err := best(ctx, tf)
	if err != nil {
		return err
	}
	state, err := os.Stat(filepath.Join(tf.Work, "terraform.tfstate"))
	if err != nil {
		return err
	}
	ofProvider, ofTerraform, err := bencher{terraform, provider, mirror, hostsOfAJob}.measure(
		ctx, configuration, filepath.Join(dir, "measured"), env)
	if err != nil {
		return err
	}
	fmt.Printf("%-35s %7.2f s | %6.2f s %9s %9d B | %7.3f s %8s\n", name, took.Seconds(),
		ofTerraform.cpu.Seconds(), ofTerraform.memory, state.Size(), ofProvider.cpu.Seconds(), ofProvider.memory)
	return nil
}

// benchEmpty measures an engine that has nothing to do.
func benchEmpty(ctx context.Context, terraform string) error {
	dir, err := os.MkdirTemp("", "terraform-provider-coc-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder
	tf, err := engine.New(terraform, "internal/bench/empty", filepath.Join(dir, "mirror"), dir)
	if err != nil {
		return err
	}
	took, err := best(ctx, tf)
	if err != nil {
		return err
	}
	used, err := measured(tf.Command(ctx, io.Discard, "apply", "-input=false", "-auto-approve"))
	if err != nil {
		return err
	}
	fmt.Printf("%-35s %7.2f s | %6.2f s %9s\n", "an empty configuration", took.Seconds(), used.cpu.Seconds(), used.memory)
	return nil
}
