package provider

import (
	"context"
	"io"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// These helpers drive the provider as Terraform does, by its protocol, but in process: a table of cases in no time.

type (
	providerServer  = tfprotov6.ProviderServer
	providerSchemas = tfprotov6.GetProviderSchemaResponse
	diagnostics     = []*tfprotov6.Diagnostic

	args = map[string]any    // attributes of a block
	vars = map[string]string // environment variables
)

// unknown stands for a value that is known only after apply.
var unknown = tftypes.UnknownValue

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got the error %v, want none", err)
	}
}

// wantEqual compares what a test got.
func wantEqual(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// wantIn checks that a text has some parts.
func wantIn(t testing.TB, what, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%s: got %s, want %q in it", what, got, part)
		}
	}
}

// wantNotIn checks that a text has none of some parts, such as secrets.
func wantNotIn(t testing.TB, what, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(got, part) {
			t.Errorf("%s: got %q in it, want it nowhere: %s", what, part, got)
		}
	}
}

func setenv(t *testing.T, variables vars) {
	t.Helper()
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

// block builds the value of a block from some of its attributes; the others are null.
func block(t testing.TB, schema *tfprotov6.Schema, attributes map[string]any) *tfprotov6.DynamicValue {
	t.Helper()
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		t.Fatalf("a block of type %s", schema.ValueType())
	}
	values := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		values[name] = tftypes.NewValue(typ, attributes[name])
	}
	for name := range attributes {
		if _, ok := object.AttributeTypes[name]; !ok {
			t.Fatalf("no attribute %s", name)
		}
	}
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	noError(t, err)
	return &value
}

// newServer returns a provider server and its schemas.
func newServer(t testing.TB) (providerServer, *providerSchemas) {
	t.Helper()
	server, err := providerFactories["coc"]()
	noError(t, err)
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatalf("%v %v", err, schemas)
	}
	return server, schemas
}

// configure validates a provider block and, if that is fine, configures the provider with it.
func configure(
	t testing.TB, server providerServer, schemas *providerSchemas, attributes map[string]any,
) diagnostics {
	t.Helper()
	config := block(t, schemas.Provider, attributes)
	validated, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	noError(t, err)
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.2.3"})
	noError(t, err)
	return configured.Diagnostics
}

// configuring configures a provider of its own.
func configuring(t *testing.T, block args) diagnostics {
	t.Helper()
	server, schemas := newServer(t)
	return configure(t, server, schemas, block)
}

// mustResolve returns the client's configuration of a provider block that is fine.
func mustResolve(t *testing.T, log io.Writer, block args) (rest.Config, origin) {
	t.Helper()
	config, from, diags := resolve(tflogtest.RootLogger(t.Context(), log), modelOf(t, block), "test")
	if len(diags) > 0 {
		t.Fatalf("got %v, want no diagnostic", diags)
	}
	return config, from
}

const dataSource = "coc_execution_instances"

// mustRead reads all instances.
func mustRead(t testing.TB, server providerServer, schemas *providerSchemas) {
	t.Helper()
	if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
		t.Fatalf("got %s: %s, want no diagnostic", got[0].Summary, got[0].Detail)
	}
}

// read validates the configuration of coc_execution_instances and, if that is fine, reads it.
func read(
	ctx context.Context, t testing.TB, server providerServer, schemas *providerSchemas,
	attributes map[string]any,
) (*tfprotov6.DynamicValue, diagnostics) {
	t.Helper()
	state, diags := readOf(ctx, t, server, schemas, dataSource, attributes)
	// Most tests read the instances of all steps. The warning of that is TestWarnings' business.
	return state, slices.DeleteFunc(diags, func(d *tfprotov6.Diagnostic) bool { return d.Summary == "Every instance of the account" })
}

// readOf is read of any data source.
func readOf(
	ctx context.Context, t testing.TB, server providerServer, schemas *providerSchemas, name string,
	attributes map[string]any,
) (*tfprotov6.DynamicValue, diagnostics) {
	t.Helper()
	config := block(t, schemas.DataSourceSchemas[name], attributes)
	validated, err := server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	noError(t, err)
	if len(validated.Diagnostics) > 0 {
		return nil, validated.Diagnostics
	}
	resp, err := server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	noError(t, err)
	return resp.State, resp.Diagnostics
}

// connected returns a server whose provider is configured for an emulator.
func connected(t testing.TB, emulator http.Handler) (providerServer, *providerSchemas) {
	t.Helper()
	return withTestKeys(t, args{"endpoint": serveURL(t, emulator)})
}

// withTestKeys returns a server whose provider is configured with testKeys, unless the arguments have others, and its schemas.
func withTestKeys(t testing.TB, arguments args) (providerServer, *providerSchemas) {
	t.Helper()
	server, schemas := newServer(t)
	block := args{"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	maps.Copy(block, arguments)
	if got := configure(t, server, schemas, block); len(got) > 0 {
		t.Fatalf("configuring the provider: got %s: %s, want no diagnostic", got[0].Summary, got[0].Detail)
	}
	return server, schemas
}

// readValues is readOf with the state as Go has it, see plain. It is nil if the configuration is not valid.
func readValues(
	ctx context.Context, t *testing.T, server providerServer, schemas *providerSchemas, name string,
	attributes map[string]any,
) (map[string]any, diagnostics) {
	t.Helper()
	answer, diags := readOf(ctx, t, server, schemas, name, attributes)
	if answer == nil {
		return nil, diags
	}
	state, err := answer.Unmarshal(schemas.DataSourceSchemas[name].ValueType())
	noError(t, err)
	values, _ := plain(t, state).(map[string]any)
	return values, diags
}

// wantState checks a state as Go has it. What want does not name has to be null.
func wantState(t *testing.T, want, got map[string]any) {
	t.Helper()
	all := map[string]any{}
	for name := range got {
		all[name] = nil
	}
	maps.Copy(all, want)
	wantEqual(t, "state", got, all)
}

// plain is a value as Go has it: nil, a string, a bool, an int64, a []any or a map[string]any.
func plain(t *testing.T, value tftypes.Value) any {
	t.Helper()
	as := func(target any) {
		noError(t, value.As(target))
	}
	if !value.IsKnown() {
		t.Fatal("an unknown value in a state")
	}
	if value.IsNull() {
		return nil
	}
	switch typ := value.Type(); {
	case typ.Is(tftypes.String):
		var s string
		as(&s)
		return s
	case typ.Is(tftypes.Bool):
		var b bool
		as(&b)
		return b
	case typ.Is(tftypes.Number):
		var f big.Float
		as(&f)
		n, accuracy := f.Int64()
		if accuracy != big.Exact {
			t.Fatalf("%s is no integer of 64 bits", f.String())
		}
		return n
	case typ.Is(tftypes.List{}), typ.Is(tftypes.Set{}):
		var elements []tftypes.Value
		as(&elements)
		list := []any{}
		for _, element := range elements {
			list = append(list, plain(t, element))
		}
		return list
	}
	var attributes map[string]tftypes.Value
	as(&attributes)
	object := map[string]any{}
	for name, attribute := range attributes {
		object[name] = plain(t, attribute)
	}
	return object
}

// wantDiagnostic checks that there is exactly one diagnostic, where it points and what it says. It wants none if part is empty.
func wantDiagnostic(t *testing.T, got diagnostics, attribute, part string) {
	t.Helper()
	want := 1
	if part == "" {
		want = 0
	}
	if len(got) != want {
		t.Errorf("got %d diagnostics, want %d", len(got), want)
		for _, d := range got {
			t.Logf("%s: %s: %s", d.Attribute, d.Summary, d.Detail)
		}
		return
	}
	if want == 0 {
		return
	}
	at := ""
	if got[0].Attribute != nil {
		// Of a nested attribute its outermost name counts.
		at, _, _ = strings.Cut(strings.TrimPrefix(got[0].Attribute.String(), `AttributeName("`), `"`)
	}
	if text := got[0].Summary + ": " + got[0].Detail; at != attribute || !strings.Contains(text, part) {
		t.Errorf("got %s at %q, want %q at %q", text, at, part, attribute)
	}
}

// modelOf decodes a provider block.
func modelOf(t *testing.T, attributes map[string]any) providerModel {
	t.Helper()
	var p provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &p)
	_, schemas := newServer(t)
	raw, err := block(t, schemas.Provider, attributes).Unmarshal(schemas.Provider.ValueType())
	noError(t, err)
	var model providerModel
	if diags := (tfsdk.Config{Schema: p.Schema, Raw: raw}).Get(t.Context(), &model); diags.HasError() {
		t.Fatal(diags)
	}
	return model
}
