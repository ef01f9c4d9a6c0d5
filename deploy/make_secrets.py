"""
Make the secrets of an installation, each in a file of its own: python3 deploy/make_secrets.py

A file that is there stays as it is, so that running it again after an upgrade only adds what is
new. What other people give us (mail, SMS, payment) cannot be made and is asked for by name.
The folder is for root alone; the files in it can be read by the containers that are given them.
"""

import base64
import json
import secrets
import sys
from pathlib import Path

FROM_OTHERS = {
    "email_password": "mật khẩu hộp thư gửi đi",
    "sms_api_key": "khóa của nhà cung cấp SMS",
    "sms_api_secret": "khóa bí mật của nhà cung cấp SMS",
    "vnpay_hash_secret": "khóa ký của VNPAY (không thu trực tuyến thì tạo tệp trống)",
}


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def main() -> None:
    default = Path(__file__).resolve().parent / "secrets"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)

    def keep(name: str, value: str) -> str:
        path = folder / name
        if not path.exists():
            path.touch(mode=0o400)
            path.chmod(0o600)
            path.write_text(value, encoding="utf-8")
            path.chmod(0o444)
            print(f"đã tạo {path}")
        return path.read_text(encoding="utf-8").strip()

    keep("secret_key", secrets.token_urlsafe(64))
    keep("identity_keys", f"k1:{key()}")
    keep("identity_hash_key", key())
    keep("health_token", secrets.token_urlsafe(32))
    keep("postgres_password", secrets.token_urlsafe(32))
    app = keep("database_app_password", secrets.token_urlsafe(32))
    owner = keep("database_owner_password", secrets.token_urlsafe(32))
    keep("database_url", f"postgres://portal_app:{app}@database/portal")
    keep("database_owner_url", f"postgres://portal_owner:{owner}@database/portal")
    broker = keep("valkey_auth.conf", f"requirepass {secrets.token_urlsafe(32)}").split()[1]
    keep("redis_url", f"redis://:{broker}@broker:6379/0")
    access = keep("s3_access_key", secrets.token_hex(10))
    secret = keep("s3_secret_key", secrets.token_urlsafe(32))
    identity = {
        "name": "portal",
        "credentials": [{"accessKey": access, "secretKey": secret}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    keep("s3_identities.json", json.dumps({"identities": [identity]}, indent=1))

    # Filled in by hand while the gateway's secret is rotated (docs/operations.md, 5).
    keep("vnpay_hash_secret_former", "")

    missing = [name for name in FROM_OTHERS if not (folder / name).exists()]
    for name in missing:
        print(f"CÒN THIẾU {folder / name}: {FROM_OTHERS[name]}", file=sys.stderr)
    raise SystemExit(1 if missing else 0)


if __name__ == "__main__":
    main()
