import type { Viewport } from './viewport.ts'

/** Pixels that a pointer moves before it drags instead of clicking. */
const DRAG = 4

export interface Gestures {
  view: Viewport
  /** The pointer is at a place of the canvas; `undefined` if it has left it. */
  move(event: PointerEvent | undefined): void
  click(event: PointerEvent): void
  doubleClick(event: MouseEvent): void
}

/** Wheel, drag and pinch on a canvas. */
export function watchGestures(canvas: HTMLCanvasElement, { view, move, click, doubleClick }: Gestures): void {
  const pointers = new Map<number, PointerEvent>()
  let dragged = 0
  canvas.addEventListener('wheel', (event) => wheel(canvas, view, event), { passive: false })
  canvas.addEventListener('dblclick', doubleClick)
  canvas.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, event)
    dragged = 0
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId)
    if (!before) return move(event)
    const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId)
    if (other) pinch(canvas, view, before, event, other)
    else if (dragged >= DRAG) view.pan(before.clientX - event.clientX)
    dragged += Math.abs(event.clientX - before.clientX)
    canvas.classList.toggle('dragging', dragged >= DRAG)
    pointers.set(event.pointerId, event)
    move(undefined)
  })
  canvas.addEventListener('pointerup', (event) => {
    const wasClick = pointers.size === 1 && dragged < DRAG
    end(event)
    if (wasClick) click(event)
  })
  const end = (event: PointerEvent) => {
    pointers.delete(event.pointerId)
    canvas.classList.remove('dragging')
  }
  canvas.addEventListener('pointercancel', end)
  canvas.addEventListener('pointerleave', () => move(undefined))
}

/** With Ctrl or Cmd, or by a pinch on a touchpad, the wheel zooms. Else it scrolls the lanes, or zooms if all are visible. */
function wheel(canvas: HTMLCanvasElement, view: Viewport, event: WheelEvent): void {
  const scroller = canvas.parentElement as HTMLElement
  const canScroll = scroller.scrollHeight > scroller.clientHeight + 1
  const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
  if (canScroll && !isSideways && !event.ctrlKey && !event.metaKey) return
  event.preventDefault()
  if (isSideways) return view.pan(event.deltaX || event.deltaY)
  view.zoom(Math.exp(event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), xOf(canvas, event))
}

function pinch(
  canvas: HTMLCanvasElement,
  view: Viewport,
  before: PointerEvent,
  now: PointerEvent,
  other: PointerEvent,
): void {
  const was = Math.max(20, Math.abs(before.clientX - other.clientX))
  const is = Math.max(20, Math.abs(now.clientX - other.clientX))
  const middle = (xOf(canvas, now) + xOf(canvas, other)) / 2
  view.zoom(was / is, middle)
  view.pan((before.clientX - now.clientX) / 2)
}

/** The horizontal place of an event on a canvas. */
export function xOf(canvas: HTMLCanvasElement, event: MouseEvent): number {
  return event.clientX - canvas.getBoundingClientRect().left
}
