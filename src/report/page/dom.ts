/** An element that the page certainly has. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E
}

type Child = Node | string | false | undefined

/**
 * Makes an element. Texts become text nodes, so nothing in a test's name is ever parsed as HTML.
 *
 * @param properties set as properties; `aria-…`, `data-…` and `role` as attributes
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, unknown> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue
    if (/^(aria-|data-|role$|scope$)/.test(name)) element.setAttribute(name, String(value))
    else (element as unknown as Record<string, unknown>)[name] = value
  }
  for (const child of children) if (child !== false && child !== undefined) element.append(child)
  return element
}

/** A button with a text. */
export function button(text: string, onclick: () => void, properties: Record<string, unknown> = {}) {
  return el('button', { type: 'button', onclick, ...properties }, text)
}
