namespace SingleDarts.Core.Genotypes;

/// <summary>A value of a Python expression that was read and not run.</summary>
/// <param name="Text">The value as it stands in the expression.</param>
internal abstract record PythonValue(string Text);

/// <summary>A string.</summary>
internal sealed record PythonString(string Text, string Value) : PythonValue(Text);

/// <summary>A whole number.</summary>
internal sealed record PythonNumber(string Text, int Value) : PythonValue(Text);

/// <summary>A list or a tuple.</summary>
internal sealed record PythonList(string Text, IReadOnlyList<PythonValue> Items) : PythonValue(Text);

/// <summary>A call such as <c>np.int64(1)</c>, or a dictionary, whose name is empty; arguments without a key have none.</summary>
internal sealed record PythonCall(string Text, string Name, IReadOnlyList<(string? Key, PythonValue Value)> Arguments) : PythonValue(Text);

/// <summary>Something else: a name, a number with a point.</summary>
internal sealed record PythonOther(string Text) : PythonValue(Text);
