"""The control API over HTTP."""

from collections.abc import Awaitable, Callable
from functools import partial

from pydantic import JsonValue
from starlette.requests import Request

from bot.sandbox.control import failures, orders
from bot.sandbox.control.guard import Guard, Handler
from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object, parse
from bot.sandbox.people import administration, commands, events, presses, submissions, suggestions, typing
from bot.sandbox.people.outcomes import told
from bot.sandbox.people.sight import find_channel, find_person, home_seen, messages_seen, views_seen
from bot.sandbox.state.sandbox import Sandbox

LONGEST_WAIT = 30.0
"""Seconds."""

PressIn = Callable[..., Awaitable[Object]]
"""Presses something in a view."""


class Control:
    """The endpoints for reading, and for acting as people."""

    def __init__(self, sandbox: Sandbox, guard: Guard) -> None:
        self._sandbox = sandbox
        self.reading: dict[str, Handler] = {
            "workspace": guard.told(self._workspace),
            "channels/{channel}/messages": guard.told(self._messages),
            "views": guard.told(self._views),
            "home": guard.told(self._home),
            "calls": guard.told(self._calls),
            "wait": guard.told(self._wait),
        }
        self.acting: dict[str, Handler] = {
            "press": guard.ordered(orders.Press, self._press),
            "press_in_view": guard.ordered(orders.PressInView, partial(self._press_in, presses.press_in_view)),
            "press_in_home": guard.ordered(orders.PressInHome, partial(self._press_in, presses.press_in_home)),
            "shortcut": guard.ordered(orders.Shortcut, self._shortcut),
            "say": guard.ordered(orders.Say, self._say),
            "rewrite": guard.ordered(orders.Rewrite, self._rewrite),
            "withdraw": guard.ordered(orders.Withdraw, self._withdraw),
            "join": guard.ordered(orders.Join, self._join),
            "type": guard.ordered(orders.FillIn, self._type),
            "submit": guard.ordered(orders.Submit, self._submit),
            "suggest": guard.ordered(orders.Suggest, self._suggest),
            "close": guard.ordered(orders.Close, self._close),
            "command": guard.ordered(orders.Command, self._command),
            "open_home": guard.ordered(orders.ForUser, self._open_home),
            "admin/delete_message": guard.ordered(orders.ForMessage, self._delete_message),
            "admin/archive_channel": guard.ordered(orders.ForChannel, self._archive),
            "admin/unarchive_channel": guard.ordered(orders.ForChannel, self._unarchive),
            "admin/remove_bot": guard.ordered(orders.ForChannel, self._remove_bot),
            "admin/add_bot": guard.ordered(orders.ForChannel, self._add_bot),
            "admin/set_group": guard.ordered(orders.SetGroup, self._set_group),
            "admin/set_guide": guard.ordered(orders.SetGuide, self._set_guide),
            "admin/set_disabled": guard.ordered(orders.SetDisabled, self._set_disabled),
            "admin/send_payload": guard.ordered(orders.SendPayload, self._send_payload),
            "admin/deactivate_user": guard.ordered(orders.ForUser, self._deactivate),
            "admin/change_user": guard.ordered(orders.ChangeUser, self._change_user),
            "admin/revoke_token": guard.ordered(orders.Nothing, self._revoke),
            "admin/remove_app": guard.ordered(orders.Nothing, self._remove_app),
            "admin/answer_exchange": guard.ordered(orders.AnswerExchange, self._answer_exchange),
            "admin/restore_token": guard.ordered(orders.Nothing, self._restore),
            "admin/refresh_sockets": guard.ordered(orders.Refresh, self._refresh),
            "admin/set_request_url": guard.ordered(orders.SetRequestUrl, self._set_request_url),
            "admin/set_scopes": guard.ordered(orders.SetScopes, self._set_scopes),
            "admin/send_event": guard.ordered(orders.SendEvent, self._send_event),
            "admin/send_event_again": guard.ordered(orders.SendEventAgain, self._send_event_again),
            "admin/reset": guard.ordered(orders.Nothing, self._reset),
            "faults/call": guard.ordered(orders.FailCall, self._fail_call),
            "faults/duplicate_envelopes": guard.ordered(orders.DuplicateEnvelopes, self._duplicate_envelopes),
            "faults/refresh_before_envelopes": guard.ordered(orders.RefreshBefore, self._refresh_before),
            "faults/disconnect": guard.ordered(orders.Disconnect, self._disconnect),
            "faults/none": guard.ordered(orders.Nothing, self._no_faults),
        }

    async def _workspace(self, request: Request) -> Object:
        shown: JsonValue = parse(self._sandbox.workspace.model_dump_json(), otherwise="failed")
        return {"workspace": shown, "sockets": self._sandbox.sockets.connected}

    async def _messages(self, request: Request) -> Object:
        user = find_person(self._sandbox, request.query_params.get("user", ""))
        channel = find_channel(self._sandbox, user, request.path_params["channel"])
        return {"messages": [*messages_seen(self._sandbox, user, channel)]}

    async def _views(self, request: Request) -> Object:
        user = find_person(self._sandbox, request.query_params.get("user", ""))
        return {"views": [*views_seen(self._sandbox, user)]}

    async def _home(self, request: Request) -> Object:
        user = find_person(self._sandbox, request.query_params.get("user", ""))
        return {"home": home_seen(self._sandbox, user)}

    async def _calls(self, request: Request) -> Object:
        calls: list[JsonValue] = [
            {
                "method": call.method,
                "channel": call.channel,
                "ok": call.error is None,
                "error": call.error,
                "fault": call.fault,
                "time": call.at,
            }
            for call in self._sandbox.calls.kept
        ]
        return {"calls": calls}

    async def _wait(self, request: Request) -> Object:
        try:
            since = int(request.query_params.get("since", "-1"))
            seconds = float(request.query_params.get("seconds", LONGEST_WAIT))
        except ValueError:
            raise NotPossible(400, "since and seconds are numbers") from None
        if not 0 <= seconds <= LONGEST_WAIT:
            raise NotPossible(400, f"seconds are from 0 to {LONGEST_WAIT:g}")
        number = await self._sandbox.changes.wait(since, seconds)
        return {"changed": number > since}

    async def _press(self, order: orders.Press) -> Object:
        return await presses.press(
            self._sandbox,
            order.user,
            order.channel,
            order.ts,
            action_id=order.action_id,
            block_id=order.block_id,
            selected=order.selected,
            confirmed=order.confirmed,
        )

    async def _press_in(self, press: PressIn, order: orders.PressInView) -> Object:
        return await press(
            self._sandbox,
            order.user,
            action_id=order.action_id,
            block_id=order.block_id,
            selected=order.selected,
            confirmed=order.confirmed,
        )

    async def _shortcut(self, order: orders.Shortcut) -> Object:
        return await typing.choose_shortcut(self._sandbox, order.user, order.channel, order.ts, order.callback_id)

    async def _say(self, order: orders.Say) -> Object:
        return await typing.say(
            self._sandbox, order.user, order.channel, order.text, thread_ts=order.thread_ts, files=order.files
        )

    async def _rewrite(self, order: orders.Rewrite) -> Object:
        return await typing.rewrite(self._sandbox, order.user, order.channel, order.ts, order.text)

    async def _withdraw(self, order: orders.Withdraw) -> Object:
        return await typing.withdraw(self._sandbox, order.user, order.channel, order.ts)

    async def _join(self, order: orders.Join) -> Object:
        return await typing.join(self._sandbox, order.user, order.channel)

    async def _type(self, order: orders.FillIn) -> Object:
        return await submissions.fill_in(self._sandbox, order.user, order.values)

    async def _submit(self, order: orders.Submit) -> Object:
        return await submissions.submit(self._sandbox, order.user, order.values)

    async def _suggest(self, order: orders.Suggest) -> Object:
        return await suggestions.suggest(self._sandbox, order.user, order.block_id, order.text)

    async def _close(self, order: orders.Close) -> Object:
        return await submissions.close(self._sandbox, order.user, every=order.all)

    async def _command(self, order: orders.Command) -> Object:
        return await commands.type_command(self._sandbox, order.user, order.channel, order.command, order.text)

    async def _open_home(self, order: orders.ForUser) -> Object:
        return await administration.open_home(self._sandbox, order.user)

    async def _delete_message(self, order: orders.ForMessage) -> Object:
        administration.delete_message(self._sandbox, order.channel, order.ts)
        return told(None, outcome="done")

    async def _archive(self, order: orders.ForChannel) -> Object:
        administration.set_archived(self._sandbox, order.channel, archived=True)
        return told(None, outcome="done")

    async def _unarchive(self, order: orders.ForChannel) -> Object:
        administration.set_archived(self._sandbox, order.channel, archived=False)
        return told(None, outcome="done")

    async def _remove_bot(self, order: orders.ForChannel) -> Object:
        administration.set_bot_in(self._sandbox, order.channel, present=False)
        return told(None, outcome="done")

    async def _add_bot(self, order: orders.ForChannel) -> Object:
        administration.set_bot_in(self._sandbox, order.channel, present=True)
        return told(None, outcome="done")

    async def _set_group(self, order: orders.SetGroup) -> Object:
        return await administration.set_group(self._sandbox, order.group, order.members)

    async def _set_guide(self, order: orders.SetGuide) -> Object:
        administration.set_guide(self._sandbox, order.guide)
        return told(None, outcome="done")

    async def _set_disabled(self, order: orders.SetDisabled) -> Object:
        administration.set_disabled(self._sandbox, order.group, disabled=order.disabled)
        return told(None, outcome="done")

    async def _send_payload(self, order: orders.SendPayload) -> Object:
        return await events.send_payload(self._sandbox, order.payload)

    async def _deactivate(self, order: orders.ForUser) -> Object:
        administration.deactivate_user(self._sandbox, order.user)
        return told(None, outcome="done")

    async def _change_user(self, order: orders.ChangeUser) -> Object:
        administration.change_user(self._sandbox, order.user, order.model_dump(exclude={"user"}, exclude_none=True))
        return told(None, outcome="done")

    async def _revoke(self, order: orders.Nothing) -> Object:
        self._sandbox.bot_token_revoked = True
        return told(None, outcome="done")

    async def _remove_app(self, order: orders.Nothing) -> Object:
        return await administration.remove_app(self._sandbox)

    async def _answer_exchange(self, order: orders.AnswerExchange) -> Object:
        self._sandbox.installs.also = order.also
        return told(None, outcome="done")

    async def _restore(self, order: orders.Nothing) -> Object:
        self._sandbox.bot_token_revoked = False
        return told(None, outcome="done")

    async def _refresh(self, order: orders.Refresh) -> Object:
        await (self._sandbox.sockets.drop() if order.drop else self._sandbox.sockets.refresh())
        return told(None, outcome="done")

    async def _reset(self, order: orders.Nothing) -> Object:
        self._sandbox.reset()
        return told(None, outcome="done")

    async def _set_request_url(self, order: orders.SetRequestUrl) -> Object:
        return await administration.set_request_url(self._sandbox, order.url)

    async def _set_scopes(self, order: orders.SetScopes) -> Object:
        administration.set_scopes(self._sandbox, order.scopes)
        return told(None, outcome="done")

    async def _send_event(self, order: orders.SendEvent) -> Object:
        return await events.send_event(self._sandbox, order.type)

    async def _send_event_again(self, order: orders.SendEventAgain) -> Object:
        return await events.send_again(self._sandbox, order.event_id)

    async def _fail_call(self, order: orders.FailCall) -> Object:
        failures.fail_calls(self._sandbox, order)
        return told(None, outcome="done")

    async def _duplicate_envelopes(self, order: orders.DuplicateEnvelopes) -> Object:
        failures.duplicate_envelopes(self._sandbox, order)
        return told(None, outcome="done")

    async def _refresh_before(self, order: orders.RefreshBefore) -> Object:
        failures.refresh_before_envelopes(self._sandbox, order)
        return told(None, outcome="done")

    async def _disconnect(self, order: orders.Disconnect) -> Object:
        await failures.disconnect(self._sandbox, order)
        return told(None, outcome="done")

    async def _no_faults(self, order: orders.Nothing) -> Object:
        self._sandbox.faults.clear()
        return told(None, outcome="done")
