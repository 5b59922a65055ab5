import type { ChannelCredentials, Client, ClientOptions } from '@grpc/grpc-js'
import type { CallOptions } from '../session/callOptions.ts'
import type { PythonTls } from '../wire/tls.ts'
import type {
  ArgumentsOf,
  BareName,
  ClosedNames,
  Explicit,
  ExplicitRest,
  Impossible,
  Items,
  NameOf,
  OptionsOf,
  PositionalOf,
  PositionalOptions,
  PythonClass,
  PythonFunctions,
  Result,
  ResultClass,
  UnknownClass,
  Unset,
  UnsetClass,
} from './pythonFunctions.ts'

/**
 * The calls that a client and a reference have in common.
 *
 * @typeParam F The functions whose types are known, by name; see docs/types.md.
 * @typeParam Closed The names that must be among them. Any other name returns `unknown`, or the type that you write.
 * @typeParam Names The names of `F`. Leave it out.
 */
export interface PythonCalls<
  F = object,
  Closed extends string = never,
  Names extends keyof F & string = keyof F & string,
> {
  /**
   * Calls a Python function and resolves to the value that it returns.
   *
   * @param name A function of the listed modules (`module.function`, any depth) or, if you call a reference, a method
   * of its object.
   * @param args An array for positional arguments, an object for keyword arguments, or both as
   * `{ '*': [1, 2], name: 3 }`.
   * @param options Time limit and abort signal of this call.
   * @throws {@link PythonError} if the function raises, or if there is no such function.
   * @throws {@link PythonTimeoutError} if it does not answer within `options.timeout`.
   * @throws {@link WorkerLostError} if the process ends during the call.
   * @throws {@link CallError} if the lease has ended, the call was aborted, or the answer cannot be read.
   * @throws TypeError if an argument cannot be sent to Python.
   * @example
   * ```ts
   * const sum = await python.call<number>('tools.add', { a: 1, b: 2 }, { timeout: 5_000 })
   * ```
   */
  call<N extends string, A>(
    name: NameOf<Names, Closed, N>,
    args: ArgumentsOf<F, Names, N, A>,
    ...options: OptionsOf<A>
  ): Promise<Result<F, Names, N>>
  /** A call with positional arguments. */
  call<N extends string, A>(
    name: NameOf<Names, Closed, N>,
    args: PositionalOf<F, Names, N, A>,
    ...options: PositionalOptions<A>
  ): Promise<Result<F, Names, N>>
  /** A call without arguments. */
  call<N extends string, _>(name: BareName<F, Names, Closed, N>): Promise<Result<F, Names, N>>
  /** A call with the type that you write (`call<number>`), of any function. */
  call<T = Unset>(name: string, ...rest: ExplicitRest<T>): Promise<Explicit<T>>
  /** Only for the completion of names. */
  call(name: Names, ...rest: Impossible): Promise<unknown>
  /**
   * Calls a Python function and leaves the value that it returns in Python, which suits models, connections and
   * generators. Parameters and errors are those of {@link PythonCalls.call | call}.
   *
   * @example
   * ```ts
   * await using model = await python.ref('models.train', { epochs: 3 })
   * const score = await model.call<number>('score', [[1, 2, 3]])
   * ```
   */
  ref<N extends string, A>(
    name: NameOf<Names, Closed, N>,
    args: ArgumentsOf<F, Names, N, A>,
    ...options: OptionsOf<A>
  ): Promise<PythonRef<ResultClass<F, Names, N>>>
  /** A call with positional arguments. */
  ref<N extends string, A>(
    name: NameOf<Names, Closed, N>,
    args: PositionalOf<F, Names, N, A>,
    ...options: PositionalOptions<A>
  ): Promise<PythonRef<ResultClass<F, Names, N>>>
  /** A call without arguments. */
  ref<N extends string, _>(name: BareName<F, Names, Closed, N>): Promise<PythonRef<ResultClass<F, Names, N>>>
  /** A call with the class that you name (`ref<Model>`), of any function. */
  ref<C extends PythonClass = UnsetClass>(
    name: string,
    ...rest: ExplicitRest<C, UnsetClass>
  ): Promise<PythonRef<Explicit<C>>>
  /** Only for the completion of names. */
  ref(name: Names, ...rest: Impossible): Promise<PythonRef>
  /**
   * Iterates over the items that a Python generator yields. If you leave the loop early, the generator is closed.
   * Parameters and errors are those of {@link PythonCalls.call | call}.
   *
   * @example
   * ```ts
   * for await (const step of python.stream<{ loss: number }>('models.train', { epochs: 3 })) {
   *   expect(step.loss).toBeLessThan(1)
   * }
   * ```
   */
  stream<N extends string, A>(
    name: NameOf<Names, Closed, N>,
    args: ArgumentsOf<F, Names, N, A>,
    ...options: OptionsOf<A>
  ): AsyncGenerator<Items<F, Names, N>, void, undefined>
  /** A call with positional arguments. */
  stream<N extends string, A>(
    name: NameOf<Names, Closed, N>,
    args: PositionalOf<F, Names, N, A>,
    ...options: PositionalOptions<A>
  ): AsyncGenerator<Items<F, Names, N>, void, undefined>
  /** A call without arguments. */
  stream<N extends string, _>(
    name: BareName<F, Names, Closed, N>,
  ): AsyncGenerator<Items<F, Names, N>, void, undefined>
  /** A call with the type that you write (`stream<number>`), of any function. */
  stream<T = Unset>(name: string, ...rest: ExplicitRest<T>): AsyncGenerator<Explicit<T>, void, undefined>
  /** Only for the completion of names. */
  stream(name: Names, ...rest: Impossible): AsyncGenerator<unknown, void, undefined>
}

/** Calls, and Python source that stands in the test. */
export interface PythonCode extends PythonCalls<PythonFunctions, ClosedNames> {
  /**
   * Evaluates a Python expression. Interpolated values are passed as data and never become source. The expression sees
   * the listed modules by their names, and everything that {@link PythonCode.exec | exec} defined in the same lease.
   * Errors are those of {@link PythonCalls.call | call}.
   *
   * @example
   * ```ts
   * await python.eval<number>`sum(${[1, 2, 3]})` // 6
   * ```
   */
  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T>
  /**
   * Runs Python statements, which may use `await`. Later statements of the same lease see the names that they define.
   * Interpolated values and errors are those of {@link PythonCode.eval | eval}.
   *
   * @example
   * ```ts
   * await python.exec`greeting = ${'hello'}.upper()`
   * ```
   */
  exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void>
}

/** A leased Python process. */
export interface PythonClient extends PythonCode {
  /**
   * Connects a gRPC stub of your project to your servicers in this process (option `services`). The connection is
   * closed when the lease ends. A call that is under way when its test ends fails with the status CANCELLED.
   *
   * @param stub A client class made for grpc-js.
   * @param options Options of the grpc-js client, such as `interceptors`.
   * @example
   * ```ts
   * const embeddings = python.client(EmbedClient)
   * ```
   */
  client<C extends Client>(stub: StubConstructor<C>, options?: ClientOptions): C
  /**
   * Address of the worker's gRPC server, for clients that are not made for grpc-js: `unix:///…`, or host and port if the
   * worker listens on a network. Then such a client needs {@link PythonClient.tls | tls}.
   */
  readonly address: string
  /** Headers that every call of such a client must send. They hold the secret of the run. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * TLS options of such a client, with the names of Node's `tls.connect`; `undefined` if the worker listens on a Unix
   * socket. Workers listen on a network with `transport: 'tls'` and on a cluster. They hold the private key of the run.
   */
  readonly tls: PythonTls | undefined
  /** ID of the run that the process belongs to. */
  readonly runId: string
  /** Name of the worker in its run. */
  readonly workerId: string
  /** Process ID of the worker. */
  readonly pid: number
}

/** An object that stays in Python, as an argument: any {@link PythonRef} to an object of that class. */
export interface PythonObject<Is = UnknownClass['is']> extends AsyncDisposable {
  /** Qualified name of its class: `sklearn.linear_model._base.LinearRegression`. */
  readonly type: string
  /** Its `repr`, shortened. */
  readonly text: string
  /** Why it stays in Python although you didn't ask for a reference, and often what to return instead. */
  readonly reason?: string
  /** Lets Python forget the object; later calls of it fail. */
  release(): Promise<void>
  /** Only for the compiler: the names of its class and of its base classes. */
  readonly [isOf]?: Is
}

declare const isOf: unique symbol

/**
 * An object that stays in Python. {@link PythonCalls.ref | ref} resolves to one, and so does a call that returns a value
 * that cannot be sent. You can pass it to other calls of the same lease. It lives until you release it, until it is
 * garbage-collected, or until the lease ends. `call`, `ref` and `stream` call its methods; the method `'__call__'` calls
 * the object itself. `String(ref)` is its {@link PythonRef.text | text}.
 *
 * @typeParam C Its class, if a generated file describes it.
 */
export interface PythonRef<C extends PythonClass = UnknownClass>
  extends PythonObject<C['is']>,
    PythonCalls<C['methods'], C extends { closed: true } ? string : never> {
  /** Reads an attribute that its class declares. */
  get<A extends keyof C['attributes'] & string>(
    attribute: A,
    options?: CallOptions,
  ): Promise<C['attributes'][A]>
  /**
   * Reads an attribute at any depth (`'layers.weights'`). Without a name it resolves to the object itself, as a value if
   * it can be sent. Errors are those of {@link PythonCalls.call | call}.
   */
  get<T = unknown>(attribute?: string, options?: CallOptions): Promise<T>
}

/** Constructor of a grpc-js stub, as every generator for grpc-js makes it. */
export type StubConstructor<C> = new (
  address: string,
  credentials: ChannelCredentials,
  options?: ClientOptions,
) => C
