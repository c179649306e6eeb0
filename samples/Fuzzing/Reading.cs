namespace Fuzzing;

/// <summary>One reader: how it is called, what it may throw, and inputs to begin with.</summary>
/// <param name="Read">Reads the input and checks what it gave; an exception of another kind than the named ones is a finding.</param>
/// <param name="Named">The kinds of exceptions that the reader documents.</param>
/// <param name="Seeds">Inputs of which some are valid.</param>
internal sealed record Reading(Action<byte[]> Read, IReadOnlyList<Type> Named, IReadOnlyList<byte[]> Seeds)
{
    /// <summary>The most memory that an input may take, as limit of tensors and for managed memory beside them.</summary>
    public const long MostBytes = 64L << 20;

    private const int LongestMessage = 20_000;

    private static readonly TimeSpan longest = TimeSpan.FromSeconds(1);

    /// <summary>Loads and compiles outside of the time that an input may take.</summary>
    public void WarmUp()
    {
        foreach (byte[] seed in Seeds.Append([]))
            Try(seed);
    }

    /// <summary>Reads one input.</summary>
    /// <exception cref="InvalidOperationException">It took too much memory, or twice too much processor time (once may be the
    /// compiler).</exception>
    public void Check(byte[] input)
    {
        if (Time(input) > longest && Time(input) is var time && time > longest)
            throw new InvalidOperationException($"It took {time.TotalSeconds:F1} s of processor time.");
    }

    /// <summary>Reads one input and says what it gave.</summary>
    public string Try(byte[] input)
    {
        try
        {
            Check(input);
            return "as documented";
        }
        catch (Exception e)
        {
            return $"FINDING {e}";
        }
    }

    private TimeSpan Time(byte[] input)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var scope = NewDisposeScope();
            Read(input);
        }
        catch (Exception e) when (Named.Any(kind => kind.IsInstanceOfType(e)))
        {
            if (string.IsNullOrWhiteSpace(e.Message) || e.Message.Length > LongestMessage)
                throw new InvalidOperationException($"The message has {e.Message.Length} characters.", e);
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > MostBytes)
            throw new InvalidOperationException($"It took {allocated} bytes of managed memory.");
        return Environment.CpuUsage.TotalTime - before;
    }

    /// <summary>All of these, although the first may say that it cannot read the input.</summary>
    public static void Each(params Action[] reads)
    {
        foreach (Action read in reads)
        {
            try
            {
                read();
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
