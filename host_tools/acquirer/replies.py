"""Replies as messages: what is echoed, what a refusal carries, and the receipt token."""

from host_tools.acquirer import dukpt, fields, rules
from host_tools.acquirer.request import Request
from host_tools.acquirer.wire import Message, cmac

_NO_REFERENCE = "0" * 12
_WITHOUT_TOKEN = {
    "90",
    rules.CUSTOMER_PAYS,
    rules.BUSY,
    rules.FAULT,
    rules.DUPLICATE,
    rules.TOTALS_DIFFER,
    rules.UNKNOWN_TERMINAL,
    rules.BAD_MAC,
    rules.FORMAT,
}


def echo(request: Request, code: str) -> Message:
    """The reply to a request so far: what it gives back, the response code and its text."""
    message = request.message
    kept = {number: message.fields[number] for number in fields.ECHOED if number in message.fields}
    reply = Message(fields.REPLY_TO[message.mti], {**kept, "39": code})
    for tag in (fields.TRANSACTION_ID, fields.NONCE):
        if len(message.private.get(tag, b"")) == fields.PRIVATE_BYTES[tag]:
            reply.private[tag] = message.private[tag]
    add_texts(reply, code)
    return reply


def add_texts(reply: Message, code: str) -> None:
    for tag, text in zip((fields.TEXT_ZH, fields.TEXT_EN), rules.TEXTS.get(code, ())):
        reply.private[tag] = text.encode()


def approval(number: int) -> str:
    """DE 38 of the request with this number."""
    return f"{number % 10**6:06d}"


def refuse(request: Request, code: str) -> Message:
    """An answer that stands for nothing: nothing was stored, and there is no receipt."""
    reply = echo(request, code)
    if request.mti != "0800":
        reply.fields["37"] = _NO_REFERENCE
    return reply


def add_receipt(request: Request, reply: Message) -> None:
    """The token that lets the terminal forget: only for what is stored for good."""
    code = reply.fields["39"]
    if code in _WITHOUT_TOKEN:
        return
    said = bytes.fromhex(reply.mti + request.transaction_id)
    said += (reply.fields["37"] + request.batch + code).encode()
    key = request.keys.working_key(dukpt.MAC_RECEIPT)
    reply.private[fields.RECEIPT_TOKEN] = cmac(key, said)
