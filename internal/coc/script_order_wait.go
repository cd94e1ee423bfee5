package coc

import (
	"context"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// WaitForScriptOrder reads a script order until it no longer goes on by itself: it has ended, or it is ABNORMAL, ERROR
// or ROLLBACKED and no instance of it is PROCESSING. A failed script is not an error. It calls observe as
// [WaitForExecution] does. The context bounds the wait.
//
// The error is a [*WaitError] if the context ended the wait. Otherwise it is an error of [ReadScriptOrder].
func WaitForScriptOrder(
	ctx context.Context, client *rest.Client, executeUUID string, observe func(context.Context, Progress),
) (*ScriptOrder, error) {
	progress := Progress{Kind: KindScriptOrder, ExecutionID: executeUUID}
	return wait(ctx, progress, observe, func() (*ScriptOrder, string, bool, error) {
		order, err := readOrder(ctx, client, executeUUID)
		if err != nil {
			return nil, "", false, err
		}
		if order.stage == goesOn {
			return order, order.Status, false, nil // the statistics would change nothing
		}
		if err := order.count(ctx, client, executeUUID); err != nil {
			return nil, "", false, err
		}
		return order, order.Status, order.stage == ended || order.settled("PROCESSING"), nil
	})
}
