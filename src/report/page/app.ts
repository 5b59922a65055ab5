import { describe } from './describe.ts'
import { byId, el } from './dom.ts'
import { drawCurves, type Sums, sumsOf } from './drawing/drawCurves.ts'
import { AXIS, drawLanes } from './drawing/drawLanes.ts'
import { watchGestures, xOf } from './drawing/gestures.ts'
import { hit, neighbour } from './drawing/hit.ts'
import { type Theme, theme, watchTheme } from './drawing/theme.ts'
import { Viewport } from './drawing/viewport.ts'
import { type Filter, filterOf } from './filter.ts'
import { baseName, counted } from './format.ts'
import { showHeader } from './header.ts'
import { watchKeys } from './keys.ts'
import { type Item, type Model, timesOf } from './model.ts'
import { showDetails } from './panels/details.ts'
import { showTable, TABLES } from './panels/tables.ts'
import { showTabs } from './panels/tabs.ts'

const NARROW = 720
const ZOOM = 0.6

/** The page: its state, and what changes it. */
export class App {
  readonly #model: Model
  readonly #sums: Sums
  readonly #view: Viewport
  readonly #lanes = byId<HTMLCanvasElement>('lanes')
  readonly #curves = byId<HTMLCanvasElement>('curves')
  readonly #scroller = byId('scroller')
  readonly #spacer = byId('spacer')
  readonly #search = byId<HTMLInputElement>('search')
  readonly #file = byId<HTMLSelectElement>('file')
  #theme: Theme = theme()
  #filter: Filter
  #selected: Item | undefined
  #hovered: Item | undefined
  #pointed: number | undefined
  #tab = 'timeline'
  #openTab: (id: string) => void = () => {}
  #isDrawing = false

  constructor(model: Model) {
    this.#model = model
    this.#sums = sumsOf(model)
    this.#view = new Viewport(model.length, () => this.#draw())
    this.#filter = filterOf(model, '', -1)
  }

  start(): void {
    showHeader(this.#model, this.#sums)
    this.#fillFiles()
    this.#showTabs()
    this.#watch()
    watchTheme(() => {
      this.#theme = theme()
      this.#draw()
      this.#details()
    })
    this.#resize()
    this.#openTab('timeline')
  }

  #showTabs(): void {
    const { data } = this.#model
    const workers = data.workers.length
    this.#openTab = showTabs(
      [
        { id: 'timeline', title: 'Timeline' },
        { id: 'tests', title: 'Tests', count: data.leases.taken.filter((taken) => taken !== null).length },
        { id: 'functions', title: 'Functions', count: data.functions.length },
        { id: 'calls', title: 'Calls', count: data.calls.name.length },
        { id: 'workers', title: 'Workers', count: workers },
        { id: 'orphans', title: 'Orphans', count: data.orphans.length },
      ],
      (id) => this.#showTab(id),
    )
    if (workers > 0) return
    const empty = el(
      'p',
      { className: 'empty' },
      el('strong', {}, 'Python never started in this run.'),
      'No test asked for a worker, so there is nothing to show.',
    )
    byId('timeline').replaceChildren(empty)
  }

  #showTab(id: string): void {
    this.#tab = id
    byId('timeline').hidden = id !== 'timeline'
    byId('tables').hidden = id === 'timeline'
    byId('zoom').hidden = id !== 'timeline'
    if (id === 'timeline') return this.#draw()
    this.#hover(undefined)
    const show = (item: Item) => {
      this.#openTab('timeline')
      this.#select(item, true)
    }
    showTable(TABLES[id as keyof typeof TABLES](this.#model, this.#filter, show))
  }

  #fillFiles(): void {
    const options = this.#model.files.map(({ text, name }) =>
      el('option', { value: String(text), title: name }, baseName(name) || '(no file)'),
    )
    this.#file.replaceChildren(el('option', { value: '-1' }, 'All files'), ...options)
  }

  #watch(): void {
    const refilter = () => this.#refilter()
    this.#search.oninput = refilter
    this.#file.onchange = refilter
    this.#search.onkeydown = ({ key }) => key === 'Enter' && this.#next(1)
    this.#scroller.onscroll = () => this.#draw()
    new ResizeObserver(() => this.#resize()).observe(byId('timeline'))
    for (const one of document.querySelectorAll<HTMLElement>('[data-zoom]')) {
      one.onclick = () => this.#zoom(one.dataset['zoom'] as 'in' | 'out' | 'fit')
    }
    for (const canvas of [this.#lanes, this.#curves]) {
      watchGestures(canvas, {
        view: this.#view,
        move: (event) => this.#move(canvas, event),
        click: (event) => this.#select(this.#at(canvas, event)),
        doubleClick: (event) => this.#zoomTo(this.#at(canvas, event)),
      })
    }
    watchKeys(this.#lanes, {
      pan: (direction) => this.#view.pan(direction * 0.15 * this.#view.width),
      scroll: (direction) => this.#scroller.scrollBy(0, direction * 52),
      zoom: (direction) => this.#zoom(direction),
      next: (direction) => this.#next(direction),
      zoomToSelected: () => this.#zoomTo(this.#selected),
      clear: () => this.#clear(),
    })
  }

  #resize(): void {
    const { lanes } = this.#model
    const last = lanes.at(-1)
    const height = AXIS + (last ? last.top + last.height : 0)
    this.#spacer.style.height = `${height}px`
    // As tall as its lanes, if there is room.
    this.#scroller.style.flexBasis = `${height + 1}px`
    this.#lanes.style.height = `${this.#scroller.clientHeight}px`
    this.#view.width = this.#lanes.clientWidth
    this.#view.gutter = this.#view.width < NARROW ? 76 : 124
    this.#draw()
  }

  /** At most once a frame. */
  #draw(): void {
    if (this.#isDrawing) return
    this.#isDrawing = true
    requestAnimationFrame(() => {
      this.#isDrawing = false
      if (this.#tab !== 'timeline' || !this.#lanes.isConnected) return
      const common = { model: this.#model, view: this.#view, theme: this.#theme, selected: this.#selected }
      drawLanes(this.#lanes, {
        ...common,
        filter: this.#filter,
        hovered: this.#hovered,
        scrollTop: this.#scroller.scrollTop,
      })
      drawCurves(this.#curves, { ...common, sums: this.#sums, pointed: this.#pointed })
      this.#label()
    })
  }

  /** Each canvas has its content as its accessible name. */
  #label(): void {
    const { data } = this.#model
    const workers = data.workers.filter(({ kind }) => kind === 'worker').length
    this.#lanes.setAttribute(
      'aria-label',
      `Timeline of ${counted(workers, 'worker')} and ${counted(data.leases.id.length, 'lease')}`,
    )
    const peak = this.#sums.memory.reduce((most, one) => Math.max(most, one), 0)
    this.#curves.setAttribute(
      'aria-label',
      peak > 0
        ? `Memory and processor time of all workers, at most ${Math.round(peak / 1e6)} MB`
        : 'Memory and processor time: no samples',
    )
  }

  #refilter(): void {
    this.#filter = filterOf(this.#model, this.#search.value, Number(this.#file.value))
    const { active, leaseCount } = this.#filter
    byId('matches').textContent = active ? counted(leaseCount, 'test') : ''
    if (this.#tab !== 'timeline') this.#showTab(this.#tab)
    this.#draw()
  }

  #zoom(direction: 'in' | 'out' | 'fit'): void {
    if (direction === 'fit') this.#view.showAll()
    else this.#view.zoom(direction === 'in' ? ZOOM : 1 / ZOOM)
  }

  #at(canvas: HTMLCanvasElement, event: MouseEvent): Item | undefined {
    if (canvas !== this.#lanes) return undefined
    const { top } = canvas.getBoundingClientRect()
    return hit(this.#model, this.#view, xOf(canvas, event), event.clientY - top, this.#scroller.scrollTop)
  }

  #move(canvas: HTMLCanvasElement, event: PointerEvent | undefined): void {
    this.#pointed =
      event && xOf(canvas, event) > this.#view.gutter ? this.#view.time(xOf(canvas, event)) : undefined
    this.#hover(event && this.#at(canvas, event), event)
    this.#draw()
  }

  #hover(item: Item | undefined, at?: PointerEvent): void {
    this.#hovered = item
    this.#lanes.classList.toggle('over', item !== undefined)
    const tip = byId('tooltip')
    tip.hidden = item === undefined || at?.pointerType === 'touch'
    if (!item || !at) return
    const [title = '', ...lines] = describe(this.#model, item)
    tip.replaceChildren(el('b', {}, title), ...lines.map((line) => el('span', {}, line)))
    const { width, height } = tip.getBoundingClientRect()
    const x = Math.min(at.clientX + 14, innerWidth - width - 8)
    const y = at.clientY + 18 + height > innerHeight ? at.clientY - height - 12 : at.clientY + 18
    tip.style.transform = `translate(${Math.max(8, x)}px, ${Math.max(8, y)}px)`
  }

  #select(item: Item | undefined, reveal = false): void {
    this.#selected = item
    this.#details()
    this.#draw()
    if (!item) return
    byId('announcer').textContent = describe(this.#model, item).join('. ')
    if (reveal) this.#reveal(item)
  }

  #details(): void {
    showDetails(this.#model, this.#selected, this.#theme, {
      select: (item) => this.#select(item, true),
      zoomTo: (item) => this.#zoomTo(item),
    })
  }

  #reveal(item: Item): void {
    const { from, until } = timesOf(this.#model, item)
    this.#view.reveal(from, until)
    const worker =
      item.kind === 'worker'
        ? item.index
        : item.kind === 'orphan'
          ? -1
          : this.#model.data[item.kind === 'lease' ? 'leases' : 'calls'].worker[item.index]
    const lane = this.#model.lanes.find((one) =>
      item.kind === 'orphan' ? one.orphans.includes(item.index) : one.workers.includes(worker ?? -1),
    )
    if (!lane) return
    const { scrollTop, clientHeight } = this.#scroller
    if (lane.top < scrollTop) this.#scroller.scrollTop = lane.top
    else if (lane.top + lane.height + AXIS > scrollTop + clientHeight)
      this.#scroller.scrollTop = lane.top + lane.height + AXIS - clientHeight
  }

  #zoomTo(item: Item | undefined): void {
    if (!item) return
    this.#openTab('timeline')
    this.#select(item)
    const { from, until } = timesOf(this.#model, item)
    this.#view.focus(from, until)
    this.#reveal(item)
  }

  #next(direction: -1 | 1): void {
    const item = neighbour(this.#model, this.#selected, direction, this.#filter.leases)
    if (!item) return
    this.#openTab('timeline')
    this.#select(item, true)
  }

  #clear(): void {
    if (this.#selected) return this.#select(undefined)
    this.#search.value = ''
    this.#file.value = '-1'
    this.#search.blur()
    this.#refilter()
  }
}
