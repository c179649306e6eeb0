using System.Runtime.Intrinsics.X86;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SingleDarts.Core.Tests.Golden;

/// <summary>
/// <c>golden.json</c>: what the runs of <see cref="GoldenRuns"/> gave when they were recorded. Rounding depends on the vector units of a
/// processor, so the file names the one that recorded it. It changes only in a commit that changes arithmetic on purpose and says so:
/// <c>SINGLEDARTS_WRITE_GOLDEN=1 dotnet test -c Release --filter FullyQualifiedName~Golden</c>.
/// </summary>
internal sealed record GoldenFile(string Processor, SortedDictionary<string, GoldenRun> Runs)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Vendor, family, model and stepping of this processor, and its widest vectors.</summary>
    public static string ThisProcessor
    {
        get
        {
            if (!X86Base.IsSupported)
                return RuntimeInformation.ProcessArchitecture.ToString();
            var (_, b, c, d) = X86Base.CpuId(0, 0);
            string vendor = string.Concat(new[] { b, d, c }.SelectMany(BitConverter.GetBytes).Select(letter => (char)letter));
            string vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "SSE";
            return $"{vendor} {X86Base.CpuId(1, 0).Eax:x} {vectors} {Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY")}".TrimEnd();
        }
    }

    public static bool IsToBeWritten => Environment.GetEnvironmentVariable("SINGLEDARTS_WRITE_GOLDEN") == "1";

    private static string File => Path.Combine(Repository.Root, "SingleDarts.Core.Tests", "Golden", "golden.json");

    public static GoldenFile Read() => System.IO.File.Exists(File)
        ? JsonSerializer.Deserialize<GoldenFile>(System.IO.File.ReadAllText(File), Json)!
        : new GoldenFile(ThisProcessor, new(StringComparer.Ordinal));

    public void Write() => System.IO.File.WriteAllText(File, JsonSerializer.Serialize(this, Json) + "\n");
}
