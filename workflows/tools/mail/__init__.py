"""Mailboxes that an automation reads: `Mailbox(...)` looks for new mail, and each is a `Mail`.

In: an account, and the cursor of the last look. Out: mails as plain values. Nothing in the mailbox is changed. Anybody
may import the names below; the modules beside them are this folder's own.
"""

from workflows.tools.mail.mailbox import Account, FoundMail, Mailbox, account_in_environment
from workflows.tools.mail.mails import Address, Attachment, Mail

__all__ = ["Account", "Address", "Attachment", "FoundMail", "Mail", "Mailbox", "account_in_environment"]
