import type { Session } from '../session/session.ts'
import { type CallOfTest, OpenCall } from './openCall.ts'

const ignore = () => {}

/** Calls a function and waits for its value. */
export function call(session: Session, made: CallOfTest): Promise<unknown> {
  const answer = new Promise((resolve, reject) => {
    const listener = { value: resolve, item: ignore, end: () => resolve(undefined), fail: reject }
    void new OpenCall(session, made, listener)
  })
  return session.adopt(answer)
}
