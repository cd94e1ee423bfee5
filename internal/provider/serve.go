package provider

import (
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// registryAddress is where the provider is published.
const registryAddress = "registry.terraform.io/cocops/coc"

// Serve serves the provider to the Terraform or OpenTofu that started this process, until that ends it. Attach serves
// it to one that connects later: it prints how to do that.
func Serve(version string, attach bool) error {
	if err := quietLogs(); err != nil {
		return err
	}
	var options []tf6server.ServeOpt
	if attach {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(registryAddress, NewServer(version), options...)
}

// quietLogs turns off the provider's log lines if Terraform would discard them, because neither TF_LOG nor
// TF_LOG_PROVIDER is set. The libraries write every line unless a level is set: more than 300 in a small apply, which
// take a fifth of the provider's CPU time there, and 8% of the whole apply's.
func quietLogs() error {
	if os.Getenv("TF_LOG") != "" || os.Getenv("TF_LOG_PROVIDER") != "" {
		return nil
	}
	for _, name := range []string{"TF_LOG_PROVIDER_COC", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		if os.Getenv(name) != "" {
			continue
		}
		if err := os.Setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
