// XML from a stranger, read into a small tree of the elements that are asked
// for. All else is walked past and never kept.
//
// What a file may do is bounded before and while it is read: it is UTF-8 and
// says so or says nothing; it has no DOCTYPE, hence no entity but the five of
// XML itself, and nothing is ever fetched; its size, depth, number of elements,
// attributes and the length of each text that is kept have limits.
//
// Thread safety: ReadXmlTree() may be called from any thread; an XmlNode is a
// value.

#ifndef SKONTRO_FISCAL_XML_TREE_H_
#define SKONTRO_FISCAL_XML_TREE_H_

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::fiscal {

struct XmlNode {
  std::string name;  // Without prefix.
  // In no namespace, in the order of the file.
  std::vector<std::pair<std::string, std::string>> attributes;
  // Of a leaf: its text, comments left out, blanks at the ends taken off and
  // blanks inside made one space. No control character.
  std::string text;
  std::vector<XmlNode> children;  // In the order of the file.
};

struct XmlLimits {
  size_t bytes_max = 10 * 1024 * 1024;
  int depth_max = 32;              // A signed UBL invoice needs 20.
  size_t elements_max = 400'000;   // 10,000 invoice lines of 40.
  size_t attributes_max = 64;      // Of one element, namespaces included.
  size_t text_length_max = 4'096;  // Of a text or attribute that is kept.
};

// What to keep. A path is names joined by a slash, from the root:
// "Invoice/LegalMonetaryTotal/PayableAmount".
class XmlSelection {
 public:
  // Elements of other namespaces are walked past. `leaves` are elements with
  // text; what lies on the way to them is kept too.
  XmlSelection(std::vector<std::string> namespaces,
               std::vector<std::string> leaves);

  bool IsNamespace(std::string_view uri) const;
  bool IsLeaf(std::string_view path) const;
  bool IsOnTheWay(std::string_view path) const;

 private:
  std::set<std::string, std::less<>> namespaces_;
  std::set<std::string, std::less<>> leaves_;
  std::set<std::string, std::less<>> ways_;
};

// The local name and the namespace of the root of `bytes`. Returns what
// ReadXmlTree() returns for bytes that cannot be read so far.
absl::StatusOr<std::pair<std::string, std::string>> ReadXmlRoot(
    std::string_view bytes, const XmlLimits& limits = {});

// Reads `bytes`.
//
// Returns INVALID_ARGUMENT with FIELD_INVALID, naming the element or the line,
// where the bytes are not well-formed XML, are not UTF-8, have a DOCTYPE, hold
// a control character in a kept text, a child in a leaf, or pass a limit.
absl::StatusOr<XmlNode> ReadXmlTree(std::string_view bytes,
                                    const XmlSelection& selection,
                                    const XmlLimits& limits = {});

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_XML_TREE_H_
