import { byId, el } from '../dom.ts'

export interface Tab {
  id: string
  title: string
  count?: number
}

/** The tabs: arrow keys move between them. @returns selects a tab */
export function showTabs(tabs: readonly Tab[], open: (id: string) => void): (id: string) => void {
  const list = byId('tabs')
  const select = (id: string) => {
    for (const tab of list.querySelectorAll<HTMLElement>('[role=tab]')) {
      const isOpen = tab.id === `tab-${id}`
      tab.setAttribute('aria-selected', String(isOpen))
      tab.tabIndex = isOpen ? 0 : -1
    }
    open(id)
  }
  const buttons = tabs.map(({ id, title, count }) =>
    el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${id}`,
        onclick: () => select(id),
        'aria-controls': id === 'timeline' ? 'timeline' : 'tables',
      },
      title,
      count !== undefined && el('small', {}, count.toLocaleString('en')),
    ),
  )
  list.replaceChildren(...buttons)
  list.onkeydown = (event) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    if (by === 0 || at < 0) return
    const next = buttons[(at + by + buttons.length) % buttons.length]
    next?.focus()
    next?.click()
  }
  return select
}
