namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A theory that needs a real data file in the folder SINGLEDARTS_DATA; skipped with a message where the file is
/// missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataTheoryAttribute : TheoryAttribute
{
    public DataTheoryAttribute(string file) => Skip = new DataFactAttribute(file).Skip;
}
