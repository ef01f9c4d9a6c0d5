"""The e-mail medium: one notice becomes one message handed to the agency's SMTP server."""

import smtplib
from email.errors import MessageError
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import BadHeaderError
from django.core.validators import validate_email

from portal.notices.enums import Failure
from portal.notices.media import MediumUnavailable, Undeliverable
from portal.notices.models import Notice


def send(notice: Notice) -> str:
    """
    Hand one notice to the SMTP server and return the Message-ID that it carries.

    :raises MediumUnavailable: if the server, or a file that goes with it, cannot be had now.
    :raises Undeliverable: if the address or the message is refused for good.
    """
    message = _message(notice)
    try:
        message.send()
    except (BadHeaderError, MessageError) as error:
        raise Undeliverable(Failure.BAD_MESSAGE) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        if all(code >= 500 for code in codes):
            raise Undeliverable(Failure.REFUSED_ADDRESS) from error
        raise MediumUnavailable(f"smtp {min(codes)}") from error
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise Undeliverable(Failure.BAD_MESSAGE) from error
        raise MediumUnavailable(f"smtp {error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        # Sign-in or sender refused: the agency's settings are wrong, not this message.
        raise MediumUnavailable(f"smtp {error.smtp_code}") from error
    except OSError as error:  # smtplib's own errors, refused connections, time-outs
        raise MediumUnavailable(f"smtp {type(error).__name__}") from error
    return str(message.extra_headers["Message-ID"])


def _message(notice: Notice) -> EmailMessage:
    try:
        validate_email(notice.to)
    except ValidationError as error:
        raise Undeliverable(Failure.BAD_ADDRESS) from error
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage(
        subject=notice.subject,
        body=notice.body,
        to=[notice.to],
        headers={
            "Message-ID": f"<{notice.message_id.hex}@{domain}>",
            "X-Dedupe-Key": notice.dedupe_key,
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT or 10),
    )
    for attachment in notice.files:
        try:
            with default_storage.open(attachment.key) as file:
                message.attach(attachment.name, file.read(), attachment.mime)
        except OSError as error:
            # A slip may still be in the making; a lost file shows up in the list of failures.
            raise MediumUnavailable("attachment missing") from error
    return message
