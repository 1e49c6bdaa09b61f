"""What a Lambda function finds in its environment, and who it is.

AWS gives a function process a clean environment: the reserved variables and those
of its configuration. Its credentials are a session of the execution role whose
principal id is the role's unique id and the function's name.
Source: Lambda Developer Guide, "Working with Lambda environment variables"; IAM
User Guide, "IAM identifiers".

MiniStack 1.5.33 hands down the environment of its own process, the tester's shell
included, so that a function may work only because of it. It names the role in the
session's principal id, and does not say which function the session belongs to.

Wrapped: `ministack.services.lambda_svc._provided_worker_env` and
`execution_credentials`, as `lambda_svc` and `ministack.core.lambda_runtime` know it.
"""

import os

from ministack.core import lambda_runtime
from ministack.services import iam, lambda_svc, sts

from portcullis_emulator.wrapping import Function, wrap

# The variables that come from the process of MiniStack: the search path, without
# which a bootstrap script finds no interpreter, and a scratch directory that is
# removed with the emulator.
_HANDED_DOWN = ("PATH", "TMPDIR")
# What the managed runtimes set besides.
_OF_LAMBDA = {"LANG": "en_US.UTF-8", "TZ": ":UTC", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}


def install() -> None:
    def around_environment(original: Function) -> Function:
        def provided_worker_env(config, code_dir, port):
            full = original(config, code_dir, port)
            configured = lambda_svc._runtime_env_vars(config)
            # What MiniStack set, as opposed to what it inherited. AWS_ENDPOINT_URL is
            # inherited and set: a function must call back to this emulator.
            clean = {
                name: value
                for name, value in full.items()
                if name in configured or name == "AWS_ENDPOINT_URL" or os.environ.get(name) != value
            }
            handed_down = {name: os.environ[name] for name in _HANDED_DOWN if name in os.environ}
            log_group = {"AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{config['FunctionName']}"}
            return {**handed_down, **_OF_LAMBDA, **log_group, **clean}

        return provided_worker_env

    def around_credentials(original: Function) -> Function:
        def execution_credentials(config):
            credentials = original(config)
            session = sts._sessions.get(credentials["AWS_ACCESS_KEY_ID"])
            if session is not None:
                name = config["Role"].rsplit("/", 1)[-1]
                account = session["Arn"].split(":")[4]
                role = iam._roles.get_scoped(account, None, name)
                if role is not None:
                    session["UserId"] = f"{role['RoleId']}:{session['Arn'].rsplit('/', 1)[-1]}"
                session["FunctionArn"] = config["FunctionArn"]
            return credentials

        return execution_credentials

    wrap(lambda_svc, "_provided_worker_env", ("config", "code_dir", "port"), around_environment)
    for module in (lambda_svc, lambda_runtime):
        wrap(module, "execution_credentials", ("config",), around_credentials)
