import type { Caller } from '../errors/caller.ts'
import { pointAtCaller } from '../errors/errors.ts'
import { encodeArguments, limit } from './call.ts'
import type { Arguments, CallOptions } from './callOptions.ts'
import type { CallStart, Session } from './session.ts'

/** Items that Python may be ahead of the reader of a stream; credit is given back by the half. */
const WINDOW = 16

/** Iterates over what a generator yields; leaving the loop closes the generator. Parameters as `call`. */
export async function* stream(
  session: Session,
  start: CallStart,
  args: Arguments,
  options: CallOptions,
  here: Caller,
): AsyncGenerator<unknown, void, undefined> {
  const inbox = new Inbox()
  const fail = (error: Error) => inbox.close(session.adopt(pointAtCaller(error, here)))
  const lent = encodeArguments(session, start.name, args)
  const number = session.start(
    {
      ...start,
      arguments: lent.bytes,
      stream: true,
      credit: WINDOW,
      limited: options.timeout !== undefined,
    },
    {
      value: () => inbox.close('end'),
      item: (item) => inbox.add(item),
      end: () => inbox.close('end'),
      fail,
    },
  )
  const release = limit(session, number, start.name, options, fail)
  try {
    for (let read = 1; await inbox.filled(); read++) {
      if (read % (WINDOW / 2) === 0) session.credit(number, WINDOW / 2)
      yield inbox.take()
    }
  } finally {
    const left = await session.cancel(number)
    release()
    lent.close()
    // The generator's own `finally` failed: nobody else would tell.
    // biome-ignore lint/correctness/noUnsafeFinally: this is what an iterator's `return` does when it fails
    if (left && !inbox.closed) throw session.adopt(pointAtCaller(left, here))
  }
}

/** Items that have arrived and were not read yet. */
class Inbox {
  readonly #items: unknown[] = []
  #outcome: 'end' | Error | undefined
  #wake = () => {}

  get closed(): boolean {
    return this.#outcome !== undefined
  }

  add(item: unknown): void {
    this.#items.push(item)
    this.#wake()
  }

  /** The first outcome counts; items that are there are read before it. */
  close(outcome: 'end' | Error): void {
    this.#outcome ??= outcome
    this.#wake()
  }

  /** Waits for an item; false at the end. @throws what ended the stream instead */
  async filled(): Promise<boolean> {
    while (this.#items.length === 0) {
      if (this.#outcome === 'end') return false
      if (this.#outcome) throw this.#outcome
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return true
  }

  take(): unknown {
    return this.#items.shift()
  }
}
