import CLinux
import Glibc
import Synchronization

/// One thread that owns everything live: descriptors, timers and the jobs of its actors and tasks.
///
/// An actor returns the loop as its `unownedExecutor`, and starts its tasks with
/// `Task.immediate(executorPreference: loop)`: then every continuation resumes here and no job ever
/// visits the global pool.
///
/// `watch`, `unwatch`, `schedule`, `cancel` may be called on the loop's thread only, or before
/// ``run()``. ``post(_:)``, ``stop()`` and `enqueue` may be called from any thread.
///
/// Unchecked: the fields outside `inbox`, `stopping` and `lastTick` are touched by the loop's thread
/// alone, which every entry point asserts.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
  private final class Watch {
    var interest: Interest
    let handler: (Interest) -> Void
    init(interest: Interest, handler: @escaping (Interest) -> Void) {
      self.interest = interest
      self.handler = handler
    }
  }
  /// A closure by itself would be wrapped in another one, with an allocation, to stand in an array.
  private struct Action {
    let run: () -> Void
  }
  private struct Inbox: ~Copyable {
    var jobs: [UnownedJob] = []
    var work: [@Sendable () -> Void] = []
    var woken = false
  }

  /// Where the loop gets the time from.
  public let clock: any Clock
  private let epoll: Int32
  private let wakeUp: Int32
  private var thread: pthread_t?
  private var watches: [Watch?] = []
  private var ready: [UnownedJob] = []
  private var soonActions: [Action] = []
  private var timers = TimerHeap<Action>()
  private var turnHooks: [() -> Void] = []
  private var lastUptime: ContinuousClock.Instant
  private var longestAbsence: Duration = .seconds(3_600)
  private var absenceHook: ((Duration) -> Void)?
  private var quietHooks: [() -> Bool] = []
  private var isTurnRequested = false
  private let inbox = Mutex(Inbox())
  private let stopping = Atomic(false)
  private let lastTick = Atomic<Int64>(0)

  /// The time at the beginning of this turn: cheaper than the clock, and late by one turn at most.
  public private(set) var now: ContinuousClock.Instant
  /// The same, in milliseconds since 1970.
  public private(set) var wallMilliseconds: Int64

  /// A loop that nobody runs yet.
  public init(clock: any Clock = SystemClock()) {
    self.clock = clock
    let now = clock.now
    self.now = now
    lastUptime = clock.uptime(at: now)
    wallMilliseconds = clock.wallMilliseconds
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(epoll >= 0 && wakeUp >= 0, "no descriptors left for the event loop")
    lastTick.store(Self.monotonicMilliseconds(), ordering: .relaxed)
    watch(wakeUp, for: .read) { [unowned self] _ in self.drainWakeUp() }
    (clock as? ManualClock)?.onAdvance { [weak self] in self?.post {} }
  }

  deinit {
    close(epoll)
    close(wakeUp)
  }

  // MARK: - Running

  /// Runs until ``stop()``; the calling thread becomes the loop's thread.
  public func run() {
    thread = pthread_self()
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while !stopping.load(ordering: .acquiring) {
      // Asked after all jobs have run: a task may have armed a timer in the last turn.
      let count = epoll_wait(epoll, &events, Int32(events.count), timeout())
      tick()
      for index in 0..<Int(max(0, count)) {
        let event = events[index]
        let fd = Int(event.data.fd)
        guard fd < watches.count, let watch = watches[fd] else { continue }
        watch.handler(Interest(rawValue: event.events))
      }
      finishTurn(isQuiet: count == 0)
    }
    thread = nil
  }

  /// What a turn does once it has handled descriptors.
  private func finishTurn(isQuiet: Bool) {
    runJobs()
    for hook in turnHooks { hook() }
    if isQuiet { runQuietHooks() }
    runJobs()
    while let action = timers.popDue(now) { action.run() }
    runJobs()
  }

  /// Ends ``run()`` after the current turn.
  public func stop() {
    stopping.store(true, ordering: .releasing)
    wake()
  }

  /// Runs `work` on the loop, soon.
  ///
  /// From any thread.
  public func post(_ work: @escaping @Sendable () -> Void) {
    let mustWake = inbox.withLock { inbox in
      inbox.work.append(work)
      defer { inbox.woken = true }
      return !inbox.woken
    }
    if mustWake { wake() }
  }

  /// Calls `action` later in this turn, when whoever runs now has returned.
  ///
  /// So nobody is called back from inside a call of his own, and no chain of callbacks grows deep.
  public func soon(_ action: @escaping () -> Void) {
    assertOnLoop()
    soonActions.append(Action(run: action))
  }

  /// Calls `hook` once in each turn, after the descriptors were handled.
  public func onEachTurn(_ hook: @escaping () -> Void) {
    turnHooks.append(hook)
  }

  /// Calls `hook` in each turn in which no descriptor was ready, at least once a second when nothing
  /// happens, until it returns false.
  public func onEachQuietTurn(_ hook: @escaping () -> Bool) {
    quietHooks.append(hook)
  }

  /// Calls `hook` at the beginning of a turn that comes more than `limit` after the one before: the process
  /// stood still, or something blocked the loop.
  public func onAbsence(longerThan limit: Duration, _ hook: @escaping (Duration) -> Void) {
    longestAbsence = limit
    absenceHook = hook
  }

  /// Lets the next turn begin at once, so that the hooks run although no descriptor is ready.
  public func requestTurn() {
    assertOnLoop()
    isTurnRequested = true
  }

  /// Milliseconds since the loop last came round: a large figure means that something blocks it.
  ///
  /// From any thread.
  public var millisecondsSinceTick: Int64 {
    Self.monotonicMilliseconds() - lastTick.load(ordering: .relaxed)
  }

  // MARK: - Turn by turn

  /// Runs one turn on the calling thread, which becomes the loop's thread; waits for nothing, and does
  /// not look at descriptors.
  ///
  /// In place of ``run()``, for whoever brings time and events about himself.
  /// - Parameter events: what happens where ``run()`` handles descriptors.
  public func turn(events: () -> Void = {}) {
    thread = pthread_self()
    tick()
    events()
    takeInbox()
    finishTurn(isQuiet: false)
  }

  /// Whether a turn has something to do before any timer is due.
  public var isTurnDue: Bool {
    !ready.isEmpty || !soonActions.isEmpty || isTurnRequested || inbox.withLock { $0.woken }
  }

  /// When the earliest timer is due, on the loop's clock; nil when there is none.
  public var earliestTimer: ContinuousClock.Instant? { timers.earliest }

  /// Drops all timers, hooks and actions, and with them whatever they hold; the loop is not used again.
  public func clear() {
    timers = TimerHeap()
    turnHooks = []
    quietHooks = []
    absenceHook = nil
    soonActions = []
  }

  private func tick() {
    isTurnRequested = false
    now = clock.now
    wallMilliseconds = clock.wallMilliseconds
    lastTick.store(Self.monotonicMilliseconds(), ordering: .relaxed)
    let uptime = clock.uptime(at: now)
    let absence = uptime - lastUptime
    lastUptime = uptime
    if absence > longestAbsence { absenceHook?(absence) }
  }

  private func timeout() -> Int32 {
    if !ready.isEmpty || !soonActions.isEmpty || isTurnRequested { return 0 }
    guard let due = timers.earliest else { return 1_000 }
    guard let left = clock.realTime(until: due) else { return 1_000 }
    let milliseconds = (left + .microseconds(999)) / .milliseconds(1)
    return Int32(min(max(milliseconds, 0), 1_000))
  }

  private func runJobs() {
    while !ready.isEmpty || !soonActions.isEmpty {
      runSoonActions()
      var jobs: [UnownedJob] = []
      swap(&jobs, &ready)
      for job in jobs {
        job.runSynchronously(
          isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
      if ready.isEmpty {
        jobs.removeAll(keepingCapacity: true)
        ready = jobs
      }
    }
  }

  private func runSoonActions() {
    guard !soonActions.isEmpty else { return }
    var actions: [Action] = []
    swap(&actions, &soonActions)
    for action in actions { action.run() }
    if soonActions.isEmpty {
      actions.removeAll(keepingCapacity: true)
      soonActions = actions
    }
  }

  private func runQuietHooks() {
    var hooks: [() -> Bool] = []
    swap(&hooks, &quietHooks)
    hooks.removeAll { !$0() }
    quietHooks = hooks + quietHooks
  }

  private func drainWakeUp() {
    var value: UInt64 = 0
    _ = read(wakeUp, &value, 8)
    takeInbox()
  }

  private func takeInbox() {
    let (jobs, work) = inbox.withLock { inbox in
      defer {
        inbox.jobs = []
        inbox.work = []
        inbox.woken = false
      }
      return (inbox.jobs, inbox.work)
    }
    ready += jobs
    for item in work { item() }
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeUp, &one, 8)
  }

  private static func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  // MARK: - Descriptors

  /// Calls `handler` on the loop whenever `fd` is ready; replaces an earlier watch of the same `fd`.
  public func watch(
    _ fd: Int32, for interest: Interest, handler: @escaping (Interest) -> Void
  ) {
    assertOnLoop()
    let index = Int(fd)
    while watches.count <= index { watches.append(nil) }
    let known = watches[index] != nil
    watches[index] = Watch(interest: interest, handler: handler)
    control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, interest)
  }

  /// Changes what a watched `fd` is watched for; costs nothing when it is the same as before.
  public func rewatch(_ fd: Int32, for interest: Interest) {
    assertOnLoop()
    guard let watch = watches[Int(fd)], watch.interest != interest else { return }
    watch.interest = interest
    control(EPOLL_CTL_MOD, fd, interest)
  }

  /// Forgets `fd`, before it is closed.
  ///
  /// Does nothing when it is not watched.
  public func unwatch(_ fd: Int32) {
    assertOnLoop()
    guard Int(fd) < watches.count, watches[Int(fd)] != nil else { return }
    watches[Int(fd)] = nil
    control(EPOLL_CTL_DEL, fd, [])
  }

  /// Whether `fd` is watched.
  public func isWatched(_ fd: Int32) -> Bool {
    Int(fd) < watches.count && watches[Int(fd)] != nil
  }

  private func control(_ operation: Int32, _ fd: Int32, _ interest: Interest) {
    var event = epoll_event()
    event.events = interest.rawValue
    event.data.fd = fd
    let result = epoll_ctl(epoll, operation, fd, &event)
    assert(result == 0, "epoll_ctl(\(operation), \(fd)): \(errno)")
  }

  // MARK: - Timers

  /// Calls `action` once, on the loop, at `instant` of the loop's clock.
  @discardableResult
  public func schedule(
    at instant: ContinuousClock.Instant, _ action: @escaping () -> Void
  ) -> TimerToken {
    assertOnLoop()
    return timers.insert(at: instant, Action(run: action))
  }

  /// Calls `action` once, on the loop, after `delay`.
  @discardableResult
  public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerToken {
    schedule(at: clock.now + delay, action)
  }

  /// Takes a scheduled action back; does nothing when it has run.
  public func cancel(_ token: TimerToken) {
    assertOnLoop()
    timers.remove(token)
  }

  /// Suspends the calling task until `instant` of the loop's clock.
  public func sleep(until instant: ContinuousClock.Instant) async {
    await withCheckedContinuation { continuation in
      schedule(at: instant) { continuation.resume() }
    }
  }

  // MARK: - Executor

  /// Runs a job of Swift's concurrency on the loop, in its turn; from any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isOnLoop {
      ready.append(job)
      return
    }
    let mustWake = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.woken = true }
      return !inbox.woken
    }
    if mustWake { wake() }
  }

  /// The loop as the executor of its actors.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// The loop as the executor that its tasks prefer.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  /// Whether the caller is on the loop, for the checks that Swift makes.
  public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

  /// Ends the process when the caller is not on the loop.
  public func checkIsolated() { precondition(isOnLoop, "not on the event loop") }

  /// Whether the calling thread is the one that runs the loop.
  public var isOnLoop: Bool {
    guard let thread else { return false }
    return pthread_equal(thread, pthread_self()) != 0
  }

  private func assertOnLoop() {
    assert(thread == nil || isOnLoop, "only the loop's own thread may do this")
  }
}
