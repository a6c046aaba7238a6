// Invoices from strangers. What is read adds up.

#include <string_view>

#include "fiscal/ubl_invoice.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto invoice = skontro::fiscal::ReadUblInvoice(bytes);
  if (!invoice.ok()) {
    SKONTRO_CHECK(absl::IsInvalidArgument(invoice.status()));
    SKONTRO_CHECK(!invoice.status().message().empty());
  }
  return 0;
}
