// What a fuzzer calls: one function of each *_fuzz.cc, with bytes of any kind.
// It returns if all went as it must, and stops the process if not.
//
// `./dev fuzz` makes up inputs for it; replay_test.cc gives it those of
// corpus/, and simple changes of them.

#ifndef SKONTRO_TESTS_FUZZ_FUZZ_INPUT_H_
#define SKONTRO_TESTS_FUZZ_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#endif  // SKONTRO_TESTS_FUZZ_FUZZ_INPUT_H_
