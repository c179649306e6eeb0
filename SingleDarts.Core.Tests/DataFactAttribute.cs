namespace SingleDarts.Core.Tests;

/// <summary>A test on a real data file, skipped where the file is missing.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string file)
    {
        if (!File.Exists(PathOf(file)))
            Skip = $"Needs the data file '{file}'; set SINGLEDARTS_DATA to the folder that holds it.";
    }

    public static string PathOf(string file) =>
        Path.Combine(Environment.GetEnvironmentVariable("SINGLEDARTS_DATA") ?? "", file);
}
