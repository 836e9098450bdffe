/** Acting: the control API of the sandbox, which lets a person do what is on their screen and nothing else. */

/** It was not done, for a reason that can be told. */
export class NotDone extends Error {}

/**
 * @typedef {object} Outcome
 * @property {boolean} sent whether the app was told anything
 * @property {boolean} acknowledged
 * @property {string} outcome
 * @property {Record<string, string>} [errors] by block_id
 * @property {string} [why]
 */

export class Api {
  /** @param {string} token @param {() => string} user whose hand it is */
  constructor(token, user) {
    this.token = token;
    this.user = user;
  }

  /** @returns {Promise<Outcome>} */
  async act(what, order = {}) {
    let response;
    try {
      response = await fetch(`control/${what}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Sandbox-Token": this.token },
        body: JSON.stringify({ user: this.user(), ...order }),
      });
    } catch {
      throw new NotDone("The sandbox cannot be reached, so nothing was done.");
    }
    return read(response);
  }

  /** Upload a file. @param {File} file @returns {Promise<{id: string, name: string, size: number}>} */
  async upload(file) {
    const query = new URLSearchParams({ user: this.user(), name: file.name });
    let response;
    try {
      response = await fetch(`control/files?${query}`, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream", "X-Sandbox-Token": this.token },
        body: file,
      });
    } catch {
      throw new NotDone(`${file.name} was not uploaded: the sandbox cannot be reached.`);
    }
    return (await read(response)).file;
  }

  /** The content of a file. @param {string} id @returns {Promise<Blob>} */
  async file(id) {
    const query = new URLSearchParams({ user: this.user() });
    const response = await fetch(`control/files/${id}?${query}`, { headers: { "X-Sandbox-Token": this.token } });
    if (!response.ok) throw new NotDone("The file cannot be read.");
    return response.blob();
  }
}

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new NotDone(`That is not possible here: ${body.error ?? response.status}.`);
  return body;
}

/** What Slack tells a person of an act that went wrong; "" where it went well. */
export function troubleOf(outcome) {
  if (outcome.outcome === "bad_response") return `The app gave an answer that Slack does not take: ${outcome.why}`;
  return outcome.outcome === "not_acknowledged" ? "The app did not respond." : "";
}
