// Tells ThreadSanitizer what the packaged Mutex, CondVar and BlockingCounter of
// Abseil do.
//
// The distribution's Abseil is not built with the sanitizer, so a lock taken
// inside it orders nothing in the sanitizer's eyes and every field that a Mutex
// guards looks like a race. These definitions go before the library's: each
// announces the operation and then calls the library's own.
//
// Linked to every test of a build with -fsanitize=thread and to nothing else.
// What is missing here shows as a false race, not as a hidden one: a reader
// that waits for a Condition, and data that only Notification::HasBeenNotified
// guards, which is inline in a header. WaitForNotification works.

#include <absl/synchronization/blocking_counter.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

namespace {

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

// The library's definition of the symbol that this file defined first. A member
// function is called as a plain one whose first argument is the object, which
// is what the C++ ABI of this platform makes of it.
template <typename Function>
Function* Next(const char* symbol) {
  void* found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function*>(found);
}

// A wait gives the mutex back and takes it again. The library evaluates the
// condition in between, with the mutex held; the sanitizer looks away until
// `wait` returns.
template <typename Wait>
auto GiveBackDuring(absl::Mutex* mutex, Wait wait) {
  __tsan_mutex_pre_unlock(mutex, kWrite);
  const auto result = wait();
  __tsan_mutex_post_unlock(mutex, kWrite);
  __tsan_mutex_pre_lock(mutex, kWrite);
  __tsan_mutex_post_lock(mutex, kWrite, 0);
  return result;
}

}  // namespace

#define SKONTRO_NEXT(signature, symbol) \
  static auto* const next = Next<signature>("_ZN4absl7debian3" symbol)

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  SKONTRO_NEXT(void(Mutex*), "5Mutex4LockEv");
  __tsan_mutex_pre_lock(this, kWrite);
  next(this);
  __tsan_mutex_post_lock(this, kWrite, 0);
}

void Mutex::Unlock() {
  SKONTRO_NEXT(void(Mutex*), "5Mutex6UnlockEv");
  __tsan_mutex_pre_unlock(this, kWrite);
  next(this);
  __tsan_mutex_post_unlock(this, kWrite);
}

void Mutex::ReaderLock() {
  SKONTRO_NEXT(void(Mutex*), "5Mutex10ReaderLockEv");
  __tsan_mutex_pre_lock(this, kRead);
  next(this);
  __tsan_mutex_post_lock(this, kRead, 0);
}

void Mutex::ReaderUnlock() {
  SKONTRO_NEXT(void(Mutex*), "5Mutex12ReaderUnlockEv");
  __tsan_mutex_pre_unlock(this, kRead);
  next(this);
  __tsan_mutex_post_unlock(this, kRead);
}

bool Mutex::TryLock() {
  SKONTRO_NEXT(bool(Mutex*), "5Mutex7TryLockEv");
  __tsan_mutex_pre_lock(this, __tsan_mutex_try_lock);
  const bool locked = next(this);
  __tsan_mutex_post_lock(
      this, __tsan_mutex_try_lock | (locked ? 0 : __tsan_mutex_try_lock_failed),
      0);
  return locked;
}

void Mutex::LockWhen(const Condition& condition) {
  SKONTRO_NEXT(void(Mutex*, const Condition&),
               "5Mutex8LockWhenERKNS0_9ConditionE");
  __tsan_mutex_pre_lock(this, kWrite);
  next(this, condition);
  __tsan_mutex_post_lock(this, kWrite, 0);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  SKONTRO_NEXT(bool(Mutex*, const Condition&, Time),
               "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  __tsan_mutex_pre_lock(this, kWrite);
  const bool holds = next(this, condition, deadline);
  __tsan_mutex_post_lock(this, kWrite, 0);
  return holds;
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return LockWhenWithDeadline(condition, Now() + timeout);
}

void Mutex::Await(const Condition& condition) {
  SKONTRO_NEXT(void(Mutex*, const Condition&),
               "5Mutex5AwaitERKNS0_9ConditionE");
  GiveBackDuring(this, [&] {
    next(this, condition);
    return true;
  });
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  SKONTRO_NEXT(bool(Mutex*, const Condition&, Time),
               "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return GiveBackDuring(this, [&] { return next(this, condition, deadline); });
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return AwaitWithDeadline(condition, Now() + timeout);
}

void CondVar::Wait(Mutex* mutex) {
  SKONTRO_NEXT(void(CondVar*, Mutex*), "7CondVar4WaitEPNS0_5MutexE");
  GiveBackDuring(mutex, [&] {
    next(this, mutex);
    return true;
  });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  SKONTRO_NEXT(bool(CondVar*, Mutex*, Time),
               "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return GiveBackDuring(mutex, [&] { return next(this, mutex, deadline); });
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  return WaitWithDeadline(mutex, Now() + timeout);
}

bool BlockingCounter::DecrementCount() {
  SKONTRO_NEXT(bool(BlockingCounter*), "15BlockingCounter14DecrementCountEv");
  __tsan_release(this);
  return next(this);
}

void BlockingCounter::Wait() {
  SKONTRO_NEXT(void(BlockingCounter*), "15BlockingCounter4WaitEv");
  next(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
