package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/tinylib/msgp/msgp"
)

// CallFunction replaces each argument that came without a value with a null, and then lets the framework run the call.
// OpenTofu sends nothing for a null argument (seen in 1.12.6), and the framework takes that for a mistake of the
// provider. Terraform sends a null.
func (s rowsServer) CallFunction(
	ctx context.Context, req *tfprotov6.CallFunctionRequest,
) (*tfprotov6.CallFunctionResponse, error) {
	for i, argument := range req.Arguments {
		if argument == nil || len(argument.MsgPack) == 0 && len(argument.JSON) == 0 {
			req.Arguments[i] = &tfprotov6.DynamicValue{MsgPack: msgp.AppendNil(nil)}
		}
	}
	return s.ProviderServer.CallFunction(ctx, req)
}
