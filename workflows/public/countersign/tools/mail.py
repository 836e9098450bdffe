"""Look for new mail in a mailbox, and read it as plain values. Needs the extra `mail`."""

from workflows.tools.mail import Account, Address, Attachment, FoundMail, Mail, Mailbox, account_in_environment

__all__ = ["Account", "Address", "Attachment", "FoundMail", "Mail", "Mailbox", "account_in_environment"]
