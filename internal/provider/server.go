package provider

import (
	"context"
	"fmt"
	"runtime"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/tinylib/msgp/msgp"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// This file is the one shortcut past the framework. A read's rows are in Terraform's own encoding (MessagePack) from the moment
// that they are read, and go to Terraform without the framework's reflection and its passes over each value. CONTRIBUTING.md has
// the figures of both ways.
//
// Everything else stays the framework's: it decodes the configuration, runs the read, and encodes the state with the list of
// rows null; then the rows take the place of that one null. TestRowsAreTheFrameworks holds the result to the framework's own.

// NewServer returns a factory of the provider's protocol server, which main and the acceptance tests share.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return rowsServer{providerserver.NewProtocol6(New(version)())()} }
}

type rowsServer struct {
	tfprotov6.ProviderServer
}

// rowsKey is where a read finds the *coc.Result to hand its rows over in.
type rowsKey struct{}

func (s rowsServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	result := new(coc.Result)
	resp, err := s.ProviderServer.ReadDataSource(context.WithValue(ctx, rowsKey{}, result), req)
	if err != nil || result.Rows == nil || resp.State == nil {
		return resp, err
	}
	resp.State.MsgPack, err = withRows(resp.State.MsgPack, result)
	if len(resp.State.MsgPack) > manyBytes {
		// The rows have been copied, and gRPC is about to copy the whole answer once more: their memory can serve for that.
		// At 50,000 rows the process's peak is 116 MiB without this line and 90 MiB with it, for no CPU that shows.
		runtime.GC()
	}
	return resp, err
}

// manyBytes is an answer whose copies matter.
const manyBytes = 8 << 20

// withRows copies a state, with the rows in the place of data. It takes the rows out of the result one by one, so that the
// memory of each can be used again.
func withRows(state []byte, result *coc.Result) ([]byte, error) {
	n, rest, err := msgp.ReadMapHeaderBytes(state)
	for ; err == nil && n > 0; n-- {
		var name []byte
		if name, rest, err = msgp.ReadStringZC(rest); err != nil {
			break
		}
		value := rest
		if rest, err = msgp.Skip(value); err != nil || string(name) != "data" {
			continue
		}
		before := state[:len(state)-len(value)]
		out := make([]byte, 0, len(state)+msgp.ArrayHeaderSize+int(result.Size))
		out = append(out, before...)
		out = msgp.AppendArrayHeader(out, uint32(len(result.Rows))) //nolint:gosec // an answer has fewer bytes
		for i, row := range result.Rows {
			out = append(out, row...)
			result.Rows[i] = nil
		}
		return append(out, rest...), nil
	}
	return nil, fmt.Errorf("the framework's state has no place for the rows: %w", err)
}
