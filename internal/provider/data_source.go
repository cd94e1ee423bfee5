package provider

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

var (
	_ datasource.DataSource              = (*listDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*listDataSource)(nil)
)

// maxAnswerBytes limits the rows of an answer. It is plugin-go's limit for a message (256 MiB) less 1 MiB.
const maxAnswerBytes = 255 << 20

const defaultReadTimeout = 20 * time.Minute

// listDataSource is the data source of a list of the API.
type listDataSource struct {
	list       *coc.List
	connection *connection
}

func newListDataSource(list *coc.List) func() datasource.DataSource {
	return func() datasource.DataSource { return &listDataSource{list: list} }
}

func (d *listDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_" + d.list.Name
}

func (d *listDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = listSchema(ctx, d.list)
}

func (d *listDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.connection = configured(req, resp)
}

// connection is what the provider's Configure hands to the data sources.
type connection struct {
	client *rest.Client
	origin origin // for the errors of requests
}

// configured returns the connection that the provider's Configure made, or nil if it has not run, as in a validation.
func configured(req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) *connection {
	c, ok := req.ProviderData.(*connection)
	if !ok && req.ProviderData != nil {
		addBug(&resp.Diagnostics, "The provider's data is a %T.", req.ProviderData)
	}
	return c
}

// addBug adds an error that no configuration can cause.
func addBug(diags *diag.Diagnostics, format string, args ...any) {
	diags.AddError("Provider bug", fmt.Sprintf(format, args...)+" Please report this.")
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	params, timeout, diags := d.params(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.connection == nil {
		addBug(&resp.Diagnostics, "The data source is read before the provider is configured.")
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, &timeoutError{timeout})
	defer cancel()
	result, err := d.list.Read(ctx, d.connection.client, params)
	if err != nil {
		resp.Diagnostics.Append(diagnose(d.list, d.connection.origin, err))
		return
	}
	handOver, ok := ctx.Value(rowsKey{}).(*coc.Result)
	if !ok {
		addBug(&resp.Diagnostics, "The provider is not served by NewServer.")
		return
	}
	resp.Diagnostics.Append(warnings(d.list, params, result)...)
	// The framework has copied the configuration into the state. server.go puts the rows into the state later.
	for name, value := range map[string]any{
		"total": result.Total, "error_code": result.ErrorCode, "error_msg": result.ErrorMsg,
		"status_counts": result.StatusCounts,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	if !resp.Diagnostics.HasError() {
		*handOver = *result
	}
}

// params takes the parameters of the read and its timeout from the configuration.
func (d *listDataSource) params(
	ctx context.Context, config tfsdk.Config,
) (coc.Params, time.Duration, diag.Diagnostics) {
	var (
		limit, offset, maxItems types.Int64
		statuses, fields        types.Set
		limits                  timeouts.Value
		diags                   diag.Diagnostics
	)
	get := func(name string, target any) { diags.Append(config.GetAttribute(ctx, path.Root(name), target)...) }
	get("limit", &limit)
	get("statuses", &statuses)
	get("max_items", &maxItems)
	get("fields", &fields)
	get("timeouts", &limits)
	if d.list.Marker == "" {
		get("offset", &offset)
	}
	params := coc.Params{
		Arguments: url.Values{},
		Limit:     limit.ValueInt64(), Offset: offset.ValueInt64(), MaxItems: maxItems.ValueInt64(), MaxBytes: maxAnswerBytes,
	}
	diags.Append(statuses.ElementsAs(ctx, &params.Statuses, false)...)
	diags.Append(fields.ElementsAs(ctx, &params.Fields, false)...)
	if d.list.Flat() != "" {
		var paths types.Set
		get("property_paths", &paths)
		diags.Append(paths.ElementsAs(ctx, &params.PropertyPaths, false)...)
	}
	if len(d.list.Newest) > 0 {
		var mostRecent types.Bool
		get("most_recent", &mostRecent)
		params.MostRecent = mostRecent.ValueBool()
	}
	for i := range d.list.Arguments {
		argument := &d.list.Arguments[i]
		values, more := argumentValues(ctx, config, argument)
		diags.Append(more...)
		if len(values) > 0 {
			params.Arguments[argument.Name] = values
		}
	}
	timeout, more := limits.Read(ctx, defaultReadTimeout)
	diags.Append(more...)
	return params, timeout, diags
}

// title returns a list's name in words, for a message.
func title(name string) string { return strings.ReplaceAll(name, "_", " ") }
