/** How far each person has read in each channel, for as long as this tab lives. */

const KEY = "countersign.reads";

export class Reads {
  constructor() {
    this.marks = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  }

  /** The ts of the newest message that was read; "" if none was. */
  upTo(user, channel) {
    return this.marks[user]?.[channel] ?? "";
  }

  read(user, channel, messages) {
    const newest = messages.at(-1)?.ts;
    if (!newest || Number(newest) <= Number(this.upTo(user, channel))) return;
    (this.marks[user] ??= {})[channel] = newest;
    sessionStorage.setItem(KEY, JSON.stringify(this.marks));
  }

  unread(user, channel, messages) {
    const mark = Number(this.upTo(user, channel));
    return messages.filter((message) => Number(message.ts) > mark).length;
  }
}
