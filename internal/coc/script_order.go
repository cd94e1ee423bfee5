package coc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// ScriptOrderAction is the IAM action that a caller of [ReadScriptOrder] needs.
const ScriptOrderAction = "coc:job:get"

// ScriptOrder is a script order as it was at the moment of two requests: one for the order, and then one for its
// statistics.
type ScriptOrder struct {
	Encoded []byte // in Terraform's encoding, an object with the fields of [ScriptOrderTable]
	Status  string // fit for a message, empty if it has none
	// Finished reports whether the order has ended. READY, PROCESSING and PAUSED orders have not; FINISHED and CANCELED
	// ones have. ABNORMAL, ERROR and ROLLBACKED ones have if the statistics account for every instance, and none is READY
	// or PROCESSING. Any other one has if its gmt_finished is set.
	Finished     bool
	Total        *int64           // the statistics' total_instance, nil if there was none
	StatusCounts map[string]int64 // the statistics' numbers of instances, by their status
	ErrorMsg     string           // what came with the order, empty if an error_code came, too

	answer *rest.Answer // takes secrets out of texts of the order
	stage  stage
}

// stage is how far a script order has got, by its own row.
type stage uint8

const (
	goesOn  stage = iota // it is under way, or waits for somebody
	stopped              // it starts no further instance by itself, but some may still be under way
	ended
)

// orderStatuses are the statuses of a script order that the vendor documents, or has documented, in lower case.
// ABNORMAL is not clearly an end: it has no gmt_finished in the vendor's own example.
var orderStatuses = map[string]stage{
	"ready": goesOn, "processing": goesOn, "paused": goesOn,
	"abnormal": stopped, "error": stopped, "rollbacked": stopped,
	"finished": ended, "canceled": ended,
}

// stageOf returns the stage of an order of that status.
func stageOf(status string, finishSet bool) stage {
	s, documented := orderStatuses[strings.ToLower(status)]
	if !documented && finishSet {
		return ended
	}
	return s
}

// ReadScriptOrder reads one script order and its statistics. The error is a [*rest.Error], an [*OtherExecutionError] or
// the context's cause.
func ReadScriptOrder(ctx context.Context, client *rest.Client, executeUUID string) (*ScriptOrder, error) {
	order, err := readOrder(ctx, client, executeUUID)
	if err == nil {
		err = order.count(ctx, client, executeUUID)
	}
	if err != nil {
		return nil, err
	}
	return order, nil
}

// scriptOrdersPath is the path of the list of script orders. The paths of each order are below it.
const scriptOrdersPath = "/v1/job/script/orders"

func orderPath(executeUUID string) string {
	return scriptOrdersPath + "/" + url.PathEscape(executeUUID)
}

func orderName(executeUUID string) string {
	return "script order " + rest.Printable(executeUUID, rest.MaxShown)
}

// readOrder reads an order without its statistics.
func readOrder(ctx context.Context, client *rest.Client, executeUUID string) (*ScriptOrder, error) {
	request := rest.Request{Path: orderPath(executeUUID), What: orderName(executeUUID)}
	var page *rows.Page
	answer, err := client.Get(ctx, request, func(body io.Reader) (err error) {
		page, err = readOne(&ScriptOrderTable, body, maxPageBytes)
		return err
	})
	if err != nil {
		return nil, withoutBody(err)
	}
	redact(answer, page.ErrorCode, page.ErrorMsg)
	row := page.Rows[0]
	if got, ok := ScriptOrderTable.Text(row.Encoded, "execute_uuid"); ok && string(got) != executeUUID {
		return nil, &OtherExecutionError{
			Kind: KindScriptOrder, ExecutionID: executeUUID, Got: shown(answer, string(got)), RequestID: answer.RequestID,
		}
	}
	finished, _ := ScriptOrderTable.Integer(row.Encoded, "gmt_finished")
	order := &ScriptOrder{
		Encoded: row.Encoded, Status: shown(answer, row.Status), stage: stageOf(row.Status, finished > 0), answer: answer,
	}
	if deref(page.ErrorCode) == "" {
		order.ErrorMsg = deref(page.ErrorMsg)
	}
	return order, nil
}

// withoutBody removes the beginning of the body from an error: the body of an order may hold the values of its script's
// parameters, which are secrets.
func withoutBody(err error) error {
	var failed *rest.Error
	if errors.As(err, &failed) && failed.Kind == rest.Malformed {
		failed.Message = ""
	}
	return err
}

// orderStatistics are the numbers of an order's instances: a row for each status.
var orderStatistics = rows.Table{
	Key: []string{"instance_status"}, Status: "instance_status", Rows: "execute_statistics", Total: "total_instance",
	Fields: []rows.Field{{Name: "instance_status", Kind: rows.Text}, {Name: "instance_count", Kind: rows.Integer}},
}

// count reads the statistics of an order, and sets what follows from them.
func (o *ScriptOrder) count(ctx context.Context, client *rest.Client, executeUUID string) error {
	request := rest.Request{
		Path: orderPath(executeUUID) + "/statistics", What: "statistics of " + orderName(executeUUID),
	}
	var page *rows.Page
	answer, err := client.Get(ctx, request, func(body io.Reader) (err error) {
		if page, err = readPage(&orderStatistics, body, maxPageBytes); err == nil {
			err = checkStatistics(page)
		}
		return err
	})
	if err != nil {
		return err
	}
	o.Total, o.StatusCounts = page.Total, make(map[string]int64, len(page.Rows))
	for _, row := range page.Rows {
		n, _ := orderStatistics.Integer(row.Encoded, "instance_count")
		o.StatusCounts[shown(answer, row.Status)] += n
	}
	o.Finished = o.stage == ended || o.stage == stopped && o.settled("READY", "PROCESSING") && o.complete()
	return nil
}

// checkStatistics returns an error for statistics that lack a number: read as 0, it would mean that no instance is
// under way.
func checkStatistics(page *rows.Page) error {
	if !page.Listed {
		return errors.New("data.execute_statistics: want an array, got nothing or null")
	}
	for i, row := range page.Rows {
		if n, ok := orderStatistics.Integer(row.Encoded, "instance_count"); !ok || n < 0 {
			return fmt.Errorf("data.execute_statistics[%d].instance_count: want a number of at least 0", i)
		}
	}
	return nil
}

// settled reports whether no instance is in one of these statuses.
func (o *ScriptOrder) settled(underWay ...string) bool {
	for status, n := range o.StatusCounts {
		if n > 0 && containsFold(underWay, status) {
			return false
		}
	}
	return true
}

// complete reports whether the statistics account for every instance.
func (o *ScriptOrder) complete() bool {
	counted := int64(0)
	for _, n := range o.StatusCounts {
		counted += n
	}
	return o.Total != nil && counted >= *o.Total
}

// ScriptOrderTable describes the fields of one script order.
var ScriptOrderTable = rows.Table{
	Key: []string{"execute_uuid"}, Status: "status",
	Fields: orderFields("What was executed and how, flattened: nested names are joined with dots, such as " +
		"`script_name`, `script_version_name` or `execute_param.success_rate`. The script's parameters (`script_params`) " +
		"are left out, as their values may be secrets."),
}

var executeCosts = rows.Field{
	Name: "execute_costs", Kind: rows.Integer,
	Doc: "How long it took. The documentation says seconds, but its examples are milliseconds. It is null until the end.",
}

// orderFields are the fields that the list of script orders and the answer about one order share.
func orderFields(properties string) []rows.Field {
	return []rows.Field{
		{Name: "execute_uuid", Kind: rows.Text, Doc: "ID of the script order (`SCT…`)."},
		{Name: "gmt_created", Kind: rows.Integer, Doc: "When it was created" + milliseconds + "."},
		{Name: "gmt_finished", Kind: rows.Integer, Doc: "When it ended" + milliseconds + ". " +
			"It is null until then, and may stay null for `ABNORMAL`."},
		executeCosts,
		{Name: "creator", Kind: rows.Text, Doc: "Who executed the script."},
		{Name: "status", Kind: rows.Text, Doc: "`READY`, `PROCESSING`, `ABNORMAL`, `PAUSED`, `CANCELED` or `FINISHED`, " +
			"as documented; any other value is passed on unchanged."},
		{Name: "properties", Kind: rows.Flat, Doc: properties, Omit: "script_params"},
	}
}
