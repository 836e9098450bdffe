/** Making elements. Whatever comes from outside goes in as text; nothing here, or anywhere in the page, reads markup. */

/**
 * @param {string} name
 * @param {Record<string, unknown>} [attributes] `onclick` and the like are listeners, `value` and `checked` properties;
 *   true sets an attribute without a value, false and null leave it out
 * @param {...(Node|string|null|undefined|false|Array)} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") node[key] = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Put these nodes into a parent in this order, moving no more than has to be moved. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

/** The one element of the page with this id. */
export const byId = (id) => document.getElementById(id);

let last = 0;

/** An id that no other element has. */
export const newId = (what) => `${what}-${++last}`;
