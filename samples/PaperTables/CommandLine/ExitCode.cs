namespace PaperTables.CommandLine;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadInput = 2;
    public const int Diverged = 3;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
