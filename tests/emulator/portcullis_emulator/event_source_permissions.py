"""The permissions that a function's role needs to read its queue.

Lambda polls a queue with the rights of the function's execution role, and refuses
an event source mapping whose role may not call ReceiveMessage, DeleteMessage and
GetQueueAttributes on it.
Source: Lambda Developer Guide, "Using Lambda with Amazon SQS", "Execution role
permissions".

MiniStack 1.5.33 polls with its own rights, so that a template whose role lacks them
works there and fails to deploy elsewhere.

Wrapped: `create` of `AWS::Lambda::EventSourceMapping` in
`ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS`, and
`ministack.services.lambda_svc._create_esm`.
"""

from ministack.core import iam_evaluator
from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from portcullis_emulator.wrapping import Function, wrap

_NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def missing_permission(function: str, queue_arn: str) -> str | None:
    """Why the function's role may not read the queue, in the words of Lambda."""
    if ":sqs:" not in queue_arn:
        return None
    _, configuration, name = lambda_svc._get_func_record_for_ref(function)
    # A missing function is the wrapped function's own error.
    if not configuration:
        return None
    account_id = get_account_id()
    role = configuration["Role"].rsplit("/", 1)[-1]
    policies = iam_evaluator._gather_role_policies(role, account_id)
    for operation in _NEEDED:
        context = iam_evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{account_id}:assumed-role/{role}/{name}",
            principal_type="AssumedRole",
            principal_account=account_id,
            action=f"sqs:{operation}",
            resource_arn=queue_arn,
            region=get_region(),
        )
        if iam_evaluator.evaluate(context, policies).decision != "Allow":
            return f"The provided execution role does not have permissions to call {operation} on SQS"
    return None


def install() -> None:
    def around_provisioner(original: Function) -> Function:
        def create(logical_id, props, stack_name):
            fault = missing_permission(props.get("FunctionName", ""), props.get("EventSourceArn", ""))
            if fault:
                raise ValueError(fault)
            return original(logical_id, props, stack_name)

        return create

    def around_api(original: Function) -> Function:
        def create_esm(data):
            fault = missing_permission(data.get("FunctionName", ""), data.get("EventSourceArn", ""))
            if fault:
                return error_response_json("InvalidParameterValueException", fault, 400)
            return original(data)

        return create_esm

    mapping = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    wrap(mapping, "create", ("logical_id", "props", "stack_name"), around_provisioner)
    wrap(lambda_svc, "_create_esm", ("data",), around_api)
