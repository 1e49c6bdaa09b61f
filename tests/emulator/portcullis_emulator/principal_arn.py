"""`aws:PrincipalArn` of a role session.

AWS sets the key to the ARN of the role, path included, and not to the ARN of the
assumed-role session: exceptions such as `ArnNotLike: {aws:PrincipalArn:
arn:aws:iam::*:role/security/*}` rely on it.
Source: IAM User Guide, "AWS global condition context keys".

MiniStack 1.5.33 gives the key the session's ARN,
`arn:aws:sts::111122223333:assumed-role/name/session`.

Wrapped: `ministack.core.iam_evaluator._resolve_condition_key`.
"""

from ministack.core import iam_evaluator
from ministack.services import iam

from portcullis_emulator.wrapping import Function, wrap


def install() -> None:
    def around(original: Function) -> Function:
        def resolve_condition_key(key, ctx):
            if key.lower() == "aws:principalarn" and ctx.principal_type == "AssumedRole":
                name = iam_evaluator._role_name_from_assumed_arn(ctx.principal_arn)
                role = iam._roles.get_scoped(ctx.principal_account, None, name)
                # A role deleted under its session leaves nothing to name.
                if role:
                    return role["Arn"]
            return original(key, ctx)

        return resolve_condition_key

    wrap(iam_evaluator, "_resolve_condition_key", ("key", "ctx"), around)
