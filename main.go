// terraform-provider-coc reads the execution results of Huawei Cloud's Cloud Operations Center (COC) into Terraform.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/cocops/terraform-provider-coc/internal/provider"
)

// address is where the provider is published.
const address = "registry.terraform.io/cocops/coc"

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run under a debugger such as delve: print how to attach Terraform, and wait")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: address,
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
