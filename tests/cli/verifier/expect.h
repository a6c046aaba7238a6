// What a verification is expected to find.

#ifndef SKONTRO_TESTS_CLI_VERIFIER_EXPECT_H_
#define SKONTRO_TESTS_CLI_VERIFIER_EXPECT_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/verifier/verifier.h"
#include "tests/cli/verifier/memory_source.h"

namespace skontro::verifier {

// The sequence of a finding, and words that its message has.
using Expected = std::vector<std::pair<uint64_t, std::string>>;

// Verifies the store and expects exactly these findings, in this order.
inline Report ExpectFindings(const Store& store, const Expected& expected) {
  MemorySource source(store);
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  EXPECT_TRUE(report.ok()) << report.status();
  if (!report.ok()) return {};
  EXPECT_EQ(report->finding_count, expected.size()) << ToText(*report);
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i >= report->findings.size()) break;
    const Finding& finding = report->findings[i];
    EXPECT_EQ(finding.sequence, expected[i].first) << ToText(*report);
    EXPECT_NE(finding.message.find(expected[i].second), std::string::npos)
        << "no \"" << expected[i].second << "\" in: " << finding.message;
  }
  EXPECT_EQ(report->verdict(),
            expected.empty() ? Verdict::kOk : Verdict::kBroken);
  return *report;
}

}  // namespace skontro::verifier

#endif  // SKONTRO_TESTS_CLI_VERIFIER_EXPECT_H_
