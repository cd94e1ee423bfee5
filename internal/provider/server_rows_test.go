package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// row is a row as the framework's own way would have it: the usual struct, set by reflection.
type row struct {
	ID                  types.Int64        `tfsdk:"id"`
	ExecutionInstanceID types.String       `tfsdk:"execution_instance_id"`
	ExecutionStepID     types.String       `tfsdk:"execution_step_id"`
	StartTime           types.Int64        `tfsdk:"start_time"`
	EndTime             types.Int64        `tfsdk:"end_time"`
	Status              types.String       `tfsdk:"status"`
	Message             types.String       `tfsdk:"message"`
	Properties          map[string]*string `tfsdk:"properties"`
}

func newRow(i coc.ExecutionInstance) row {
	return row{
		ID:                  types.Int64PointerValue(i.ID),
		ExecutionInstanceID: types.StringPointerValue(i.ExecutionInstanceID),
		ExecutionStepID:     types.StringPointerValue(i.ExecutionStepID),
		StartTime:           types.Int64PointerValue(i.StartTime),
		EndTime:             types.Int64PointerValue(i.EndTime),
		Status:              types.StringPointerValue(i.Status),
		Message:             types.StringPointerValue(i.Message),
		Properties:          i.Properties,
	}
}

func dataSourceSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp datasource.SchemaResponse
	newExecutionInstancesDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	return resp.Schema
}

// frameworkState sets rows the usual way.
func frameworkState(t *testing.T, instances []coc.ExecutionInstance) tftypes.Value {
	t.Helper()
	s := dataSourceSchema(t)
	rows := make([]row, len(instances))
	for i, instance := range instances {
		rows[i] = newRow(instance)
	}
	data, diags := types.ListValueFrom(t.Context(), s.Attributes["data"].GetType().(attr.TypeWithElementType).ElementType(), rows)
	if diags.HasError() {
		t.Fatal(diags)
	}
	state := tfsdk.State{Schema: s, Raw: ofNulls(t, s.Type().TerraformType(t.Context()))}
	for name, value := range map[string]any{"data": data, "total": int64(len(rows)), "limit": int64(100), "error_code": "COC.0"} {
		if diags := state.SetAttribute(t.Context(), pathRoot(name), value); diags.HasError() {
			t.Fatal(diags)
		}
	}
	return state.Raw
}

// generated are rows of every kind: each field null, empty or not, odd texts, the extremes of 64 bits.
func generated(n int) []coc.ExecutionInstance {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() *string {
		texts := []string{"", "Failed", "é\u0000\n😀", "10.2.51.200", "a longer text, longer than a short string's header can tell: " + fmt.Sprint(r.Int64())}
		if i := r.IntN(len(texts) + 1); i < len(texts) {
			return &texts[i]
		}
		return nil
	}
	number := func() *int64 {
		numbers := []int64{0, 1, -1, 127, 128, -33, 1 << 31, 9007199254740993, math.MaxInt64, math.MinInt64, r.Int64()}
		if i := r.IntN(len(numbers) + 1); i < len(numbers) {
			return &numbers[i]
		}
		return nil
	}
	rows := make([]coc.ExecutionInstance, n)
	for i := range rows {
		rows[i] = coc.ExecutionInstance{
			ID: number(), ExecutionInstanceID: text(), ExecutionStepID: text(), StartTime: number(), EndTime: number(), Status: text(), Message: text(),
		}
		if leaves := r.IntN(20) - 1; leaves >= 0 {
			rows[i].Properties = map[string]*string{}
			for j := range leaves {
				rows[i].Properties[fmt.Sprintf("%d.%s", j, *orEmpty(text()))] = text()
			}
		}
	}
	return rows
}

func orEmpty(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
}

// The shortcut's state is the framework's own, value for value, nulls included.
func TestRowsAreTheFrameworks(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 500} {
		rows := generated(n)
		want := frameworkState(t, rows)
		without := frameworkState(t, nil)
		typ := want.Type()
		encoded, err := tfprotov6.NewDynamicValue(typ, without)
		if err != nil {
			t.Fatal(err)
		}
		encoded.MsgPack, err = withRows(encoded.MsgPack, &coc.ExecutionInstances{Data: rows})
		if err != nil {
			t.Fatal(err)
		}
		got, err := encoded.Unmarshal(typ)
		if err != nil {
			t.Fatal(err)
		}
		// Apart from the rows, only the total differs.
		diffs, err := want.Diff(got)
		if err != nil {
			t.Fatal(err)
		}
		for _, diff := range diffs {
			if at := diff.Path.String(); at != `AttributeName("total")` && at != "" {
				t.Errorf("%d rows: %s", n, diff)
			}
		}
		if got := dataOf(t, got); len(got) != n {
			t.Errorf("%d rows of %d", len(got), n)
		}
	}
}

// What a read answers over the protocol is what the framework would have answered to the same rows.
func TestReadAnswersTheFrameworksState(t *testing.T) {
	e := coctest.New(testKeys, append(coctest.Rows(120), coctest.FlatHost(500, "Failed"), coctest.Row(`{"properties":{}}`), coctest.Row(`{}`))...)
	got, diags := readFrom(t, e)
	if len(diags) > 0 {
		t.Fatal(diags[0].Detail)
	}
	list := listOf(t, e)
	if diff := cmp.Diff(dataOf(t, frameworkState(t, list.Data)), dataOf(t, got)); diff != "" || len(list.Data) != 123 {
		t.Errorf("%d rows (-want +got)\n%s", len(list.Data), diff)
	}
}

// listOf reads all that an emulator serves, with the client alone.
func listOf(t *testing.T, e *coctest.Emulator) *coc.ExecutionInstances {
	t.Helper()
	keys, err := coc.AccessKeys(testKeys.AccessKey, testKeys.SecretKey, "")
	if err != nil {
		t.Fatal(err)
	}
	client, err := coc.New(coc.Config{Endpoint: serveURL(t, e), Credentials: keys})
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.ListExecutionInstances(t.Context(), coc.ListExecutionInstancesParams{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The size that keeps an answer below Terraform's limit is never too small, and not much too large.
func TestSizeBoundsTheEncoding(t *testing.T) {
	list := listOf(t, coctest.New(testKeys, coctest.Rows(1000)...))
	if n := sizeOf(t, list.Data); n > list.Size || n < list.Size*9/10 {
		t.Errorf("encoded %d bytes, bound %d", n, list.Size)
	}
	// One row at a time, lest one that is bounded well makes up for another.
	for i, row := range generated(500) {
		list := listOf(t, coctest.New(testKeys, rowOf(t, row)))
		if n := sizeOf(t, list.Data); n > list.Size || len(list.Data) != 1 {
			t.Errorf("row %d: encoded %d bytes, bound %d", i, n, list.Size)
		}
	}
}

// At the lengths where a header grows, in rows whose numbers leave no slack, the bound is no byte too small.
func TestSizeOfHeaders(t *testing.T) {
	check := func(what string, length int, row coc.ExecutionInstance) {
		t.Helper()
		list := listOf(t, coctest.New(testKeys, rowOf(t, row)))
		if n := sizeOf(t, list.Data); n > list.Size || n < list.Size-10 || len(list.Data[0].Properties) != len(row.Properties) {
			t.Errorf("%s of %d: encoded %d bytes, bound %d", what, length, n, list.Size)
		}
	}
	for _, length := range []int{0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536} {
		text := strings.Repeat("x", length)
		row := widest()
		row.ExecutionInstanceID, row.ExecutionStepID, row.Status, row.Message = &text, &text, &text, &text
		check("texts", length, row)
		row = widest()
		row.Properties[text] = &text
		check("a path and its value", length, row)
	}
	for _, length := range []int{0, 1, 15, 16, 255, 256, 65535, 65536} {
		row := widest()
		for i := range length {
			row.Properties[fmt.Sprint(i)] = nil
		}
		check("properties", length, row)
	}
}

// widest is a row whose numbers take as many bytes as a number can.
func widest() coc.ExecutionInstance {
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	return coc.ExecutionInstance{ID: &least, StartTime: &most, EndTime: &most, Properties: map[string]*string{}}
}

// sizeOf encodes rows, and counts the bytes without the header of their list.
func sizeOf(t *testing.T, rows []coc.ExecutionInstance) int64 {
	t.Helper()
	var b bytes.Buffer
	e := msgpack.NewEncoder(&b)
	if err := e.EncodeArrayLen(len(rows)); err != nil {
		t.Fatal(err)
	}
	header := b.Len()
	b.Reset()
	if err := encodeRows(e, rows); err != nil {
		t.Fatal(err)
	}
	return int64(b.Len() - header)
}

// rowOf is a row as the service sends it.
func rowOf(t *testing.T, i coc.ExecutionInstance) coctest.Row {
	t.Helper()
	row, err := json.Marshal(map[string]any{
		"id": i.ID, "execution_instance_id": i.ExecutionInstanceID, "execution_step_id": i.ExecutionStepID, "start_time": i.StartTime,
		"end_time": i.EndTime, "status": i.Status, "message": i.Message, "properties": i.Properties,
	})
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// A read of no rows answers an empty list, not null: length() and for work on it.
func TestNoRows(t *testing.T) {
	got, diags := readFrom(t, coctest.New(testKeys))
	if len(diags) > 0 {
		t.Fatal(diags[0].Detail)
	}
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		t.Fatal(err)
	}
	data := attributes["data"]
	if want := tftypes.NewValue(data.Type(), []tftypes.Value{}); !data.Equal(want) {
		t.Errorf("data is %s", data)
	}
	if want := tftypes.NewValue(tftypes.Number, 0); !attributes["total"].Equal(want) {
		t.Errorf("total is %s", attributes["total"])
	}
}

// A read that fails hands over no rows, not even those of the pages before, and no empty list either.
func TestFailedReadHasNoRows(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(250)...)
	e.Fault(coctest.AtOffset(100), coctest.Error(http.StatusForbidden, "APIGW.0302", "not allowed"))
	got, diags := readFrom(t, e)
	wantDiagnostic(t, diags, "", "APIGW.0302: not allowed")
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		t.Fatal(err)
	}
	if !attributes["data"].IsNull() || !attributes["total"].IsNull() {
		t.Errorf("data is %s, total %s", attributes["data"], attributes["total"])
	}
}

func dataOf(t *testing.T, state tftypes.Value) []tftypes.Value {
	t.Helper()
	var attributes map[string]tftypes.Value
	var rows []tftypes.Value
	if err := state.As(&attributes); err != nil {
		t.Fatal(err)
	}
	if err := attributes["data"].As(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}
