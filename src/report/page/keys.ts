import { button, byId, el } from './dom.ts'

export interface Commands {
  pan(direction: -1 | 1): void
  scroll(direction: -1 | 1): void
  zoom(direction: 'in' | 'out' | 'fit'): void
  next(direction: -1 | 1): void
  zoomToSelected(): void
  clear(): void
}

const SHORTCUTS: [keys: string, meaning: string][] = [
  ['← →', 'Move in time'],
  ['↑ ↓', 'Scroll the lanes'],
  ['+ −', 'Zoom'],
  ['0', 'Show the whole run'],
  ['N P', 'Next and previous test that matches'],
  ['Enter', 'Zoom to the selected test'],
  ['Esc', 'Clear selection, then search'],
  ['/', 'Search'],
  ['?', 'This list'],
]

/** Keyboard shortcuts: some only on the timeline, the rest everywhere but in text fields. */
export function watchKeys(canvas: HTMLCanvasElement, commands: Commands): void {
  const help = helpDialog()
  byId('help').onclick = () => help.showModal()
  const onTimeline: Record<string, () => void> = {
    ArrowLeft: () => commands.pan(-1),
    ArrowRight: () => commands.pan(1),
    ArrowUp: () => commands.scroll(-1),
    ArrowDown: () => commands.scroll(1),
    Enter: () => commands.zoomToSelected(),
  }
  const anywhere: Record<string, () => void> = {
    '+': () => commands.zoom('in'),
    '=': () => commands.zoom('in'),
    '-': () => commands.zoom('out'),
    '0': () => commands.zoom('fit'),
    n: () => commands.next(1),
    p: () => commands.next(-1),
    '/': () => byId('search').focus(),
    '?': () => help.showModal(),
    Escape: () => commands.clear(),
  }
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return
    const target = event.target as HTMLElement
    const isTyping = target.matches('input, select, textarea')
    if (isTyping && event.key !== 'Escape') return
    const command =
      (target === canvas && onTimeline[event.key]) ||
      anywhere[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!command) return
    event.preventDefault()
    command()
  })
}

function helpDialog(): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>('shortcuts')
  const rows = SHORTCUTS.flatMap(([keys, meaning]) => [
    el('dt', {}, ...keys.split(' ').flatMap((key) => [el('kbd', {}, key), ' '])),
    el('dd', {}, meaning),
  ])
  dialog.replaceChildren(
    el('h2', {}, 'Keyboard shortcuts'),
    el('dl', {}, ...rows),
    el(
      'p',
      { className: 'note' },
      'Drag to move, Ctrl and the wheel to zoom, double-click to zoom to a test.',
    ),
    button('Close', () => dialog.close()),
  )
  return dialog
}
