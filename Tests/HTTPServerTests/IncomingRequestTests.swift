import HTTPServer
import Testing

struct IncomingRequestTests {
  @Test(arguments: [
    ("/a/b", "/a/b"), ("/a%2Fb?x=%2F", "/a/b"), ("/%C3%A6", "/æ"), ("/a+b", "/a+b"),
    ("/%zz", "/%zz"), ("/%C3", "/%C3"), ("/%4", "/%4"),
  ])
  func `The path is the target without query, decoded where it can be`(
    target: String, path: String
  ) {
    #expect(IncomingRequest(method: "GET", target: target).path == path)
  }

  @Test(arguments: [
    ("To=%2B45&Body=a+b%26c", ["To=+45", "Body=a b&c"]),
    ("a=1&a=2&b&c=", ["a=1", "a=2", "b=", "c="]),
    ("a=b=c", ["a=b=c"]), ("", []), ("&&", []),
  ])
  func `A form is read as browsers write it`(body: String, fields: [String]) {
    let request = form(body)
    #expect(request.form?.map { "\($0.name)=\($0.value)" } == fields)
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff"])
  func `A broken escape makes no form`(body: String) {
    #expect(form(body).form == nil)
  }

  @Test func `A body of another type is no form`() {
    var request = form("a=b")
    request.headers = [("content-type", "application/json; charset=utf-8")]
    #expect(request.form == nil)
    #expect(request.mediaType == "application/json")
  }

  @Test func `The query is decoded like a form`() {
    let request = IncomingRequest(method: "GET", target: "/x?a=1+2&b=%26")
    #expect(request.query?.map { "\($0.name)=\($0.value)" } == ["a=1 2", "b=&"])
  }

  private func form(_ body: String) -> IncomingRequest {
    IncomingRequest(
      method: "POST", target: "/",
      headers: [("Content-Type", "Application/x-www-form-urlencoded;charset=UTF-8")],
      body: Array(body.utf8))
  }
}
