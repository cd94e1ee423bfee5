package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

const runDoc = "Finds a run of a job or of a script, reads its steps and hosts, and gives a verdict for a gate. The " +
	"verdict fails closed: anything that is not known to have succeeded counts as not succeeded."

func runSchema(ctx context.Context) schema.Schema {
	s := schema.Schema{MarkdownDescription: runDoc, Attributes: runResults()}
	for name, attribute := range map[string]schema.Attribute{
		"job": schema.StringAttribute{
			MarkdownDescription: "Exact name of the job. The newest ticket of that name is read; child tickets do not " +
				"count. It is an error if no ticket has that name.",
			Optional: true,
			Validators: []validator.String{textValidator{
				must: "must be the name of a job, without blanks around it", empty: "it names the job whose newest run is judged",
			}},
		},
		"execution_id": schema.StringAttribute{
			MarkdownDescription: "ID of the ticket (`EX…`), to read one particular run, or a child ticket.",
			Optional:            true,
			Validators: []validator.String{idValidator(&coc.Argument{
				Name: "execution_id", Kind: coc.ID, InPath: true, Prefix: "EX", Problem: "job finds the newest ticket by its name",
			})},
		},
		"script_order_name": schema.StringAttribute{
			MarkdownDescription: "Exact name of a script order, for a script that was executed by itself. The newest " +
				"script order of that name is read. It is an error if no script order has that name.",
			Optional: true,
			Validators: []validator.String{textValidator{
				must: "must be the name of a script order, without blanks around it", empty: "it names the order to judge",
			}},
		},
		"script_order_id": schema.StringAttribute{
			MarkdownDescription: "ID of a script order (`SCT…`, its `execute_uuid`), to read one particular run.",
			Optional:            true,
			Validators: []validator.String{idValidator(&coc.Argument{
				Name: "script_order_id", Kind: coc.ID, InPath: true, Prefix: "SCT",
				Problem: "script_order_name finds the newest script order by its name",
			})},
		},
		"started_after": schema.StringAttribute{
			MarkdownDescription: "Earliest time at which the newest run may have started, in RFC 3339, such as " +
				"`timeadd(plantimestamp(), \"-2h\")`. An older run is an error. This keeps yesterday's success from opening " +
				"today's gate. The start time comes from the service's clock. A ticket without a start time has only just " +
				"begun, and is accepted. Set it only with `job` or `script_order_name`.",
			Optional: true,
			Validators: []validator.String{textValidator{must: "must be a time in RFC 3339", check: func(text string) string {
				if _, err := parseTime(text); err != nil {
					return " " + err.Error() + ", " + got(text)
				}
				return ""
			}}},
		},
		"step_names": schema.SetAttribute{
			MarkdownDescription: "Names of the steps to judge. It is an error if the ticket has ended and lacks one of " +
				"them. A script order has no steps. Default: all steps.",
			ElementType: types.StringType,
			Optional:    true,
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1),
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(textValidator{
					must: "must be the name of a step, without blanks around it", empty: "leave step_names out to judge all steps",
				}),
			},
		},
		"expected_instances": schema.Int64Attribute{
			MarkdownDescription: "Number of instances that the judged steps must have in total, 0 or more. A host on " +
				"which two steps ran counts twice. Set `0` for a job without hosts. If you leave this out, there must be at " +
				"least one instance, and hosts that the service never lists go unnoticed.",
			Optional:   true,
			Validators: []validator.Int64{int64validator.AtLeast(0)},
		},
		"wait_for_completion": schema.BoolAttribute{
			MarkdownDescription: "Whether to wait until the run has ended, and then up to 30 seconds more for rows that " +
				"the service lists late. Default: `false`.",
			Optional: true,
		},
		"include_messages": schema.BoolAttribute{
			MarkdownDescription: "Whether `failed` and `summary` include the messages of the instances. A message " +
				"contains what a script printed, which can include secrets. Default: `true`.",
			Optional: true,
		},
		"timeouts": timeoutsAttribute(ctx, "all its requests, and with the wait for the end of the run"),
	} {
		s.Attributes[name] = attribute
	}
	return s
}

// runResults are the attributes of the verdict.
func runResults() map[string]schema.Attribute {
	text := func(doc string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: doc, Computed: true}
	}
	flag := func(doc string) schema.Attribute {
		return schema.BoolAttribute{MarkdownDescription: doc, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":     text("ID of the ticket (`EX…`) or of the script order (`SCT…`)."),
		"name":   text("Name of the job or of the script order; null with `script_order_id`."),
		"status": text("Status of the ticket or the script order, as the service reports it."),
		"finished": flag("Whether the run has ended: the same as `finished` of [coc_execution](execution.md) or " +
			"[coc_script_order](script_order.md)."),
		"succeeded": flag("Whether the run and all of its instances have ended in `Succeed` (or `FINISHED`), the number " +
			"of instances is right, and no judged step contradicts this. See [When a run has " +
			"succeeded](#when-a-run-has-succeeded)."),
		"summary": text("What happened, for the `error_message` of a gate: the run and how it ended, the numbers of " +
			"instances, what is wrong, and the first ten hosts that did not succeed. At most 4 KiB, and never null."),
		"started_at": text("When the run started, in RFC 3339; null if it has not."),
		"ended_at":   text("When the run ended, in RFC 3339; null while it runs."),
		"instance_count": schema.Int64Attribute{
			MarkdownDescription: "Number of instances of the judged steps.", Computed: true,
		},
		"status_counts": schema.MapAttribute{
			MarkdownDescription: "Number of these instances in each status. Those without a status are counted under the " +
				"key `\"\"`.",
			ElementType: types.Int64Type, Computed: true,
		},
		"step_statuses": schema.MapAttribute{
			MarkdownDescription: "Status of every step, by its name. If two steps have the same name, the status that is " +
				"not `Succeed` is shown. A step without a name is listed under its ID. Null for a script order.",
			ElementType: types.StringType, Computed: true,
		},
		"failed": failedAttribute(),
	}
}

// failedAttribute is a list of objects for the reason that [objects] gives.
func failedAttribute() schema.Attribute {
	of := map[string]attr.Type{}
	for name, attribute := range attributes(failedFields) {
		of[name] = attribute.GetType()
	}
	return schema.ListAttribute{
		MarkdownDescription: "The instances of the judged steps that did not succeed and are not under way. The others " +
			"are not kept. Each element has:" + fieldList("\n  ", failedFields) +
			"\n\n  A value that the service did not send is null.",
		ElementType: types.ObjectType{AttrTypes: of},
		Computed:    true,
	}
}

// failedFields are the fields of an element of failed.
var failedFields = []rows.Field{
	{Name: "instance_id", Kind: rows.Text, Doc: "ID of the instance (`EXI…`), or its number if it has no such ID, as " +
		"in a script order."},
	{Name: "step_name", Kind: rows.Text, Doc: "Name of its step; null for a script order."},
	{Name: "host_name", Kind: rows.Text, Doc: "Name of the host."},
	{Name: "host_ip", Kind: rows.Text, Doc: "Its fixed IP address."},
	{Name: "resource_id", Kind: rows.Text, Doc: "ID of the host as a resource, such as an ECS."},
	{Name: "region_id", Kind: rows.Text, Doc: "The region that the host is in."},
	{Name: "status", Kind: rows.Text, Doc: "Status of the instance, as the service reports it."},
	{Name: "message", Kind: rows.Text, Doc: "What the service says about the instance. A message of more than 4 KiB " +
		"is cut, and marked as cut: [coc_execution_instances](execution_instances.md) or " +
		"[coc_script_order_instances](script_order_instances.md) has the whole message."},
	{Name: "started_at", Kind: rows.Text, Doc: "When it started, in RFC 3339."},
	{Name: "ended_at", Kind: rows.Text, Doc: "When it ended, in RFC 3339."},
}
