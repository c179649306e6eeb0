namespace SingleDarts.Core.Genotypes;

/// <summary>What Python's, NumPy's and PyTorch's ways to write numbers, names and lists mean; <see langword="null"/> for others.</summary>
internal static class PythonNumbers
{
    /// <summary>A whole number, also as <c>np.int64(1)</c> or <c>tensor(1)</c>.</summary>
    public static int? Node(PythonValue value) => value switch
    {
        PythonNumber number => number.Value,
        PythonCall { Arguments: [(null, var inner), ..] } call when IsWhole(Last(call.Name)) => Node(inner),
        _ => null,
    };

    /// <summary>A string, also as <c>np.str_('name')</c>.</summary>
    public static string? Text(PythonValue value) => value switch
    {
        PythonString text => text.Value,
        PythonCall { Arguments: [(null, var inner)] } call when Last(call.Name) is "str_" or "str" => Text(inner),
        _ => null,
    };

    /// <summary>A list or tuple, also as <c>list(...)</c> or <c>array(...)</c>.</summary>
    public static PythonList? List(PythonValue value) => value switch
    {
        PythonList list => list,
        PythonCall { Arguments: [(null, var inner), ..] } call when Last(call.Name) is "list" or "tuple" or "array" or "tensor" =>
            List(inner),
        _ => null,
    };

    /// <summary>Numbers of nodes, also as <c>range(2, 6)</c>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="most">The highest number, less one.</param>
    public static int[]? Nodes(PythonValue value, int most)
    {
        if (value is PythonCall { Arguments: [(null, PythonCall inner)] } outer && Last(outer.Name) is "list" or "tuple")
            return Nodes(inner, most);
        int?[]? numbers = value is PythonCall call && Last(call.Name) is "range" or "arange" or "xrange"
            ? Range(call, most)
            : List(value)?.Items.Select(Node).ToArray();
        return numbers is null || numbers.Any(n => n is null || n >= most) ? null : [.. numbers.Select(n => n!.Value)];
    }

    private static int?[]? Range(PythonCall range, int most)
    {
        int?[] given = [.. range.Arguments.Select(argument => argument.Key is null ? Node(argument.Value) : null)];
        if (given.Length is 0 or > 3 || given.Any(n => n is null || n > most) || given is [_, _, 0])
            return null;
        var (start, end, step) = (given.Length == 1 ? 0 : given[0]!.Value, (given.Length == 1 ? given[0] : given[1])!.Value,
            given.Length == 3 ? given[2]!.Value : 1);
        return [.. Enumerable.Range(start, Math.Max(0, end - start)).Where(n => (n - start) % step == 0)];
    }

    private static string Last(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static bool IsWhole(string name) => name is "tensor" or "intp" or "uintp" or "longlong" or "long"
        || (name.TrimStart('u').StartsWith("int", StringComparison.Ordinal) && name.TrimStart('u')[3..].All(char.IsAsciiDigit));
}
